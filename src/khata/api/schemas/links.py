"""Payment links and setup links on the wire."""

from datetime import date
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Amount, Asked, Created, Day, Id, Told
from khata.api.schemas.periods import At
from khata.api.schemas.shapes import Shape
from khata.core.ids import public_id
from khata.core.links import LinkStatus, SetupLink
from khata.core.mandate_terms import MandateTerms
from khata.db.reads.visits import PaymentLinkView

ReturnUrl = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    Shape(r"^[\x21-\x7e]+$", "An address is asked for, in ASCII and without blanks"),
]
FrequencyName = Literal[
    "daily",
    "weekly",
    "fortnightly",
    "monthly",
    "bimonthly",
    "quarterly",
    "half_yearly",
    "yearly",
    "as_presented",
]
SavedKindName = Literal["card", "upi", "emandate", "wallet"]


class PaymentLinkCreate(Asked):
    """A link to the page where one invoice is paid."""

    invoice: Id = Field(
        description="What is to be paid", examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    return_url: ReturnUrl | None = Field(
        None,
        description="Where the payer is sent when all is done, with payment_link or setup_link and "
        "status added; its origin stands in the account's policy return_urls",
        examples=["https://shop.example/thanks"],
    )


class PaymentLinkObject(Told):
    """A link to the page where one invoice is paid, valid for 30 days."""

    id: str = Field(examples=["plink_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["payment_link"] = "payment_link"
    livemode: bool = Field(description="Whether it is real, or a test")
    url: str = Field(
        description="The page's address; it is secret",
        examples=["https://khata.example/i/ten_06f3…/4fJ2…"],
    )
    status: Literal["open", "paid", "canceled", "expired"] = Field(
        description="Whether it can be paid by now"
    )
    invoice: str = Field(description="What it is for")
    amount_due: int = Field(description="What is left to pay, in minor units")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    return_url: str | None = Field(description="Where the payer is sent when all is done")
    expires_at: At = Field(description="Until when it can be paid by")
    created: Created

    @classmethod
    def of(cls, view: PaymentLinkView, livemode: bool, *, tenant: UUID, base_url: str) -> Self:
        link = view.link
        return cls(
            id=public_id("plink", link.id),
            livemode=livemode,
            url=f"{base_url}/i/{public_id('ten', tenant)}/{link.token}",
            status=_PAID[view.status],
            invoice=public_id("inv", link.invoice_id),
            amount_due=view.amount_due,
            currency=view.currency,
            return_url=link.return_url,
            expires_at=link.expires_at,
            created=link.created_at,
        )


class MandateAsked(Asked):
    """What the payer agrees to once, so that later debits need no more of them."""

    max_amount: Amount = Field(ge=100, description="No debit is above it, tax included")
    frequency: FrequencyName = Field("as_presented", description="How often may be debited")
    end: Day | None = Field(None, description="No debit comes after it; null: as the rail allows")


class MandateTold(Told):
    """What the payer agrees to."""

    max_amount: int = Field(description="No debit is above it, in minor units")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    frequency: FrequencyName = Field(description="How often may be debited")
    start: date = Field(description="From when on")
    end: date | None = Field(description="Until when; null: as the rail allows")

    @classmethod
    def of(cls, terms: MandateTerms) -> Self:
        return cls(
            max_amount=terms.max_amount,
            currency=terms.currency,
            frequency=terms.frequency.value,
            start=terms.start,
            end=terms.end,
        )


class SetupLinkCreate(Asked):
    """A link to the page where a customer saves a way to pay."""

    customer: Id = Field(description="Who", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    kind: SavedKindName | None = Field(
        None, description="What is to be saved; null: whatever your gateway accounts can save"
    )
    return_url: ReturnUrl | None = Field(
        None,
        description="Where the payer is sent when all is done, with payment_link or setup_link and "
        "status added; its origin stands in the account's policy return_urls",
        examples=["https://shop.example/thanks"],
    )
    mandate: MandateAsked | None = Field(
        None, description="The terms, in the customer's currency; null: the usual ones of the rail"
    )


class SetupLinkObject(Told):
    """A link to the page where a customer saves a way to pay, valid for 30 days and once."""

    id: str = Field(examples=["slink_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["setup_link"] = "setup_link"
    livemode: bool = Field(description="Whether it is real, or a test")
    url: str = Field(
        description="The page's address; it is secret",
        examples=["https://khata.example/w/ten_06f3…/4fJ2…"],
    )
    status: Literal["open", "saved", "canceled", "expired"] = Field(
        description="Whether it can be used now"
    )
    customer: str = Field(description="Who saves a way to pay")
    kind: SavedKindName | None = Field(description="What is to be saved; null: any")
    mandate: MandateTold | None = Field(description="The terms that were asked for")
    payment_method: str | None = Field(description="What was saved by it")
    return_url: str | None = Field(description="Where the payer is sent when all is done")
    expires_at: At = Field(description="Until when it can be used")
    created: Created

    @classmethod
    def of(
        cls, link: SetupLink, livemode: bool, *, status: LinkStatus, tenant: UUID, base_url: str
    ) -> Self:
        method = link.payment_method_id
        return cls(
            id=public_id("slink", link.id),
            livemode=livemode,
            url=f"{base_url}/w/{public_id('ten', tenant)}/{link.token}",
            status=_SAVED[status],
            customer=public_id("cus", link.customer_id),
            kind=_kind(link),
            mandate=MandateTold.of(link.mandate) if link.mandate else None,
            payment_method=public_id("pm", method) if method else None,
            return_url=link.return_url,
            expires_at=link.expires_at,
            created=link.created_at,
        )


_PAID: Final[dict[LinkStatus, Literal["open", "paid", "canceled", "expired"]]] = {
    LinkStatus.OPEN: "open",
    LinkStatus.DONE: "paid",
    LinkStatus.CANCELED: "canceled",
    LinkStatus.EXPIRED: "expired",
}
_SAVED: Final[dict[LinkStatus, Literal["open", "saved", "canceled", "expired"]]] = {
    LinkStatus.OPEN: "open",
    LinkStatus.DONE: "saved",
    LinkStatus.CANCELED: "canceled",
    LinkStatus.EXPIRED: "expired",
}


def _kind(link: SetupLink) -> SavedKindName | None:
    for kind in ("card", "upi", "emandate", "wallet"):
        if link.kind == kind:
            return kind
    return None
