"""E-invoices and connections to portals on the wire."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Asked, Created, Day, Id, Instant, Line, ShortLine, Told
from khata.api.schemas.periods import At
from khata.core.e_invoice.connection import IrpConnection
from khata.core.e_invoice.standing import EInvoice
from khata.core.ids import public_id

StateName = Literal[
    "not_applicable",
    "pending",
    "submitted",
    "retrying",
    "generated",
    "failed",
    "manual",
    "cancelled",
]
ReasonName = Literal["duplicate", "mistake", "order_cancelled", "other"]
ExemptName = Literal[
    "sez_unit",
    "bank_or_insurer",
    "goods_transport",
    "passenger_transport",
    "multiplex",
    "government",
]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Pem = Annotated[str, StringConstraints(min_length=1, max_length=8000)]
Signed = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class IrpConnect(Asked):
    """By which the documents of a registration are registered at a portal."""

    base_url: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="The portal's address, or a provider's that the operator allows",
        examples=["https://einv-apisandbox.nic.in"],
    )
    client_id: Secret = Field(description="Of the program, as the portal or provider gave it")
    client_secret: Secret = Field(description="Kept sealed, and never told again")
    user_name: Secret = Field(description="Of a user of this GSTIN at the portal")
    password: Secret = Field(description="Kept sealed, and never told again")
    portal_key: Pem = Field(description="The portal's public key for logins, as PEM")
    signing_keys: Annotated[list[Pem], Field(min_length=1, max_length=5)] = Field(
        description="The keys or certificates that the portal signs with, as PEM"
    )
    voluntary: bool = Field(False, description="Documents are registered whatever the turnover")
    exempt_as: ExemptName | None = Field(None, description="The class that need not, if any")
    valid_from: Day = Field(
        description="Documents of this day and later are sent", examples=["2026-12-01"]
    )


class IrpConnectionObject(Told):
    """A connection of a registration to a portal. Its secrets are never told."""

    id: str = Field(description="The registration's", examples=["reg_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["irp_connection"] = "irp_connection"
    livemode: bool = Field(description="Whether it is the live portal")
    base_url: str = Field(description="The portal's or provider's address")
    voluntary: bool = Field(description="Whether documents are registered whatever the turnover")
    exempt_as: ExemptName | None = Field(description="The class that need not, if any")
    valid_from: date = Field(description="Documents of this day and later are sent")
    trouble: str | None = Field(description="Why nothing is sent until it is connected anew")
    created: Created

    @classmethod
    def of(cls, one: IrpConnection, livemode: bool) -> Self:
        return cls.model_validate(
            {
                "id": public_id("reg", one.registration_id),
                "livemode": livemode,
                "base_url": one.base_url,
                "voluntary": one.voluntary,
                "exempt_as": one.exempt_as.value if one.exempt_as else None,
                "valid_from": one.valid_from,
                "trouble": one.trouble,
                "created": one.created_at,
            }
        )


class EInvoiceCancel(Asked):
    """Why an IRN is cancelled."""

    reason: ReasonName = Field(description="In the portals' four words", examples=["mistake"])
    remark: Annotated[Line, StringConstraints(max_length=100)] = Field(
        description="In yours; the portal keeps it", examples=["Wrong plan"]
    )


class IrnEnter(Asked):
    """A number that was taken at the portal by hand."""

    irn: Annotated[str, StringConstraints(min_length=64, max_length=64)] = Field(
        description="64 hexadecimal digits; it has to be the one of this invoice"
    )
    ack_number: ShortLine = Field(description="The acknowledgement's", examples=["112010000000001"])
    ack_at: Instant = Field(description="The acknowledgement's time")
    signed_qr: Signed | None = Field(None, description="The QR code's text, to the letter")


class EInvoiceObject(Told):
    """What became of a document at the portal."""

    id: str = Field(examples=["ein_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["e_invoice"] = "e_invoice"
    livemode: bool = Field(description="Whether it is real, or a test")
    state: StateName = Field(description="Where it stands")
    kind: Literal["invoice", "credit_note"] = Field(description="What the document is")
    invoice: Id = Field(description="The invoice; of a credit note the one that it credits")
    credit_note: Id | None = Field(description="The credit note, where it is one")
    number: str = Field(description="The document's number")
    irn: str | None = Field(description="The portal's number of it")
    ack_number: str | None = Field(description="The acknowledgement's")
    ack_at: At | None = Field(description="The acknowledgement's time")
    signed_qr: str | None = Field(description="What the QR code carries")
    by_hand: bool = Field(description="Whether a person took the number at the portal")
    tries: int = Field(description="How often it was sent")
    next_try_at: At | None = Field(description="When it is sent next; null: not by itself")
    error_code: str | None = Field(description="Why it has no IRN, in a word")
    error: str | None = Field(description="… and in a sentence")
    last_day: date | None = Field(description="The last day on which the portal takes it")
    cancelled_at: At | None = Field(description="When its IRN was cancelled")
    created: Created

    @classmethod
    def of(cls, one: EInvoice, livemode: bool) -> Self:
        note = one.credit_note_id
        return cls.model_validate(
            {
                "id": public_id("ein", one.id),
                "livemode": livemode,
                "state": one.state.value,
                "kind": one.kind.value,
                "invoice": public_id("inv", one.invoice_id),
                "credit_note": public_id("cn", note) if note else None,
                "created": one.created_at,
            }
            | {name: getattr(one, name) for name in _AS_KEPT}
        )


_AS_KEPT = (
    *("number", "irn", "ack_number", "ack_at", "signed_qr", "by_hand", "tries", "next_try_at"),
    *("error_code", "error", "last_day", "cancelled_at"),
)
