"""A customer: whom the tenant sells to, with tax numbers and ways to pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from khata.core.payment_method import SavedMethod
from khata.core.places import Address
from khata.core.refusal import Refusal
from khata.core.tax.exemptions import Exemption
from khata.core.tax.gstin import parse_gstin
from khata.core.tax.parties import Buyer, Seller
from khata.core.tax.place_of_supply import SezWithoutGstin, decide_supply
from khata.core.tax.vat_ids import vat_id_of


class TaxIdType(StrEnum):
    """Whose number it is. India's and VAT ids are checked; others are shown as they were given."""

    IN_GST = "in_gst"
    EU_VAT = "eu_vat"
    GB_VAT = "gb_vat"
    US_EIN = "us_ein"
    OTHER = "other"


CHECKED: Final = frozenset({TaxIdType.EU_VAT, TaxIdType.GB_VAT})  # registers can be asked


@dataclass(frozen=True, slots=True)
class TaxId:
    type: TaxIdType
    value: str


@dataclass(frozen=True, slots=True)
class Customer:
    """`party_id` is what documents made now will show; `payer_id` is who pays its invoices."""

    id: UUID
    name: str
    email: str | None
    currency: str
    timezone: str
    country: str
    state: str | None
    address: Address
    tax_ids: tuple[TaxId, ...]
    sez: bool
    party_id: UUID
    metadata: Mapping[str, str]
    created_at: datetime
    payer_id: UUID | None = None  # None: it pays for itself
    invoice_together: bool = False  # one invoice for all that it pays and that falls due together
    related_establishment: bool = False  # abroad: merely another establishment of the seller
    deemed_export: bool = False  # what it is sold is notified as a deemed export: goods only
    exemptions: tuple[Exemption, ...] = ()  # by their first day
    phone: str | None = None  # E.164; gateways that ask for a contact are told it

    @property
    def buyer_id(self) -> UUID:
        """Return whom its invoices are for: its payer, or itself."""
        return self.payer_id or self.id

    @property
    def buyer(self) -> Buyer:
        """Return the customer as tax sees it."""
        has_address = self.address.line1 is not None
        return Buyer(
            self.country,
            self.state,
            self.gstin,
            self.sez,
            has_address,
            self.related_establishment,
            self.deemed_export,
            self.exemptions,
        )

    @property
    def gstin(self) -> str | None:
        """Return its GSTIN or UIN, wherever it stands among its numbers."""
        return next((id.value for id in self.tax_ids if id.type is TaxIdType.IN_GST), None)

    def facts(self) -> dict[str, Any]:
        """Return what a document will show of the customer."""
        shown = self.tax_ids[0] if self.tax_ids else None
        return {
            "name": self.name,
            "email": self.email,
            "country": self.country,
            "state": self.state,
            "address": self.address.stored(),
            "tax_id_type": shown.type if shown else None,
            "tax_id": shown.value if shown else None,
            "gstin": self.gstin,
            "sez": self.sez,
            "deemed_export": self.deemed_export,
        }


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A customer's way to pay: a gateway, and the gateway's name for it.

    `account_id` is the tenant's account it was saved with: a token is good nowhere else.
    `saved` is what the gateway tells of it.
    """

    id: UUID
    customer_id: UUID
    gateway: str
    token: str
    is_default: bool
    created_at: datetime
    detached_at: datetime | None
    account_id: UUID | None
    saved: SavedMethod


class TaxIdTwice(Refusal):
    """A customer has one tax number of a type."""


def checked_tax_ids(given: Sequence[TaxId]) -> tuple[TaxId, ...]:
    """Return the tax numbers as documents write them.

    Raises: InvalidGstin, InvalidVatId, TaxIdTwice.
    """
    checked: list[TaxId] = []
    for position, tax_id in enumerate(given):
        param = f"tax_ids.{position}"
        if any(other.type is tax_id.type for other in checked):
            raise TaxIdTwice(f"There are two numbers of type {tax_id.type}", param=f"{param}.type")
        value = tax_id.value.strip().upper()
        if tax_id.type is TaxIdType.IN_GST:
            value = parse_gstin(value, param=f"{param}.value").value
        if tax_id.type in CHECKED:
            value = vat_id_of(value, type=tax_id.type, param=f"{param}.value")
        checked.append(TaxId(tax_id.type, value))
    return tuple(checked)


def vat_ids_of(tax_ids: Sequence[TaxId]) -> list[tuple[str, str]]:
    """Return the VAT ids among checked numbers, each with the path of its field."""
    return [
        (one.value, f"tax_ids.{place}.value")
        for place, one in enumerate(tax_ids)
        if one.type in CHECKED
    ]


def check_buyer(buyer: Buyer, *, on: date) -> None:
    """Refuse a customer that could never be taxed, before there is anything to bill.

    A consumer without a state passes: that can be told later, and billing asks for it.
    Raises: GstinStateMismatch, SezWithoutGstin.
    """
    if buyer.sez and (buyer.gstin is None or buyer.country != "IN"):
        raise SezWithoutGstin(
            "An SEZ unit or developer is in India and registered on its own: give its GSTIN",
            param="sez",
        )
    # The seller has no part in these checks; an unregistered one asks for nothing else.
    decide_supply(Seller("IN", None), buyer, on=on)
