"""Invoice items on the wire."""

from typing import Literal, Self

from pydantic import Field, model_validator

from khata.api.schemas.fields import (
    Amount,
    Asked,
    Created,
    Currency,
    Day,
    Id,
    Line,
    Quantity,
    Told,
)
from khata.api.schemas.invoice_parts import LineKindName
from khata.api.schemas.periods import At, PeriodTold
from khata.api.schemas.products import TaxNature
from khata.core.charge import LineKind
from khata.core.ids import public_id
from khata.core.tax.nature import TaxClass
from khata.db.reads.invoice_items import InvoiceItemView


class PeriodAsked(Asked):
    """The days that something is for."""

    start: Day = Field(description="The first day")
    end: Day = Field(description="The day after the last")

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.start >= self.end:
            raise ValueError("A period ends after it begins")
        return self


class InvoiceItemCreate(Asked):
    """Something that is billed once."""

    customer: Id = Field(description="Who owes it", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    subscription: Id | None = Field(
        None, description="Only on an invoice of this subscription; else on the customer's next"
    )
    description: Line = Field(description="As the invoice says it", examples=["Setting up"])
    amount: Amount | None = Field(None, description="The whole, in minor units")
    unit_amount: Amount | None = Field(None, description="Of each, in minor units")
    quantity: Quantity = 1
    currency: Currency
    tax_code: str = Field(
        min_length=1, max_length=16, description="HSN or SAC", examples=["998314"]
    )
    tax_behavior: Literal["exclusive", "inclusive"] = Field(
        "exclusive", description="Whether tax is added to the amount or inside it"
    )
    tax_nature: TaxNature = Field(
        "taxable", description="Whether it bears GST at all, where its code does not say it"
    )
    reverse_charge: bool = Field(
        False, description="Whether a registered buyer pays the tax of it, and not the seller"
    )
    period: PeriodAsked | None = Field(None, description="The days it is for; else today")
    invoice: Literal["next", "now"] = Field(
        "next", description="Billed with the next invoice, or at once on one of its own"
    )

    @model_validator(mode="after")
    def _has_one_amount(self) -> Self:
        if (self.amount is None) == (self.unit_amount is None):
            raise ValueError("Give amount, or unit_amount with quantity")
        if self.amount is not None and self.quantity != 1:
            raise ValueError("amount is the whole; with a quantity, give unit_amount")
        return self


class InvoiceItemObject(Told):
    """Something that waits for an invoice, or was billed so."""

    id: str = Field(examples=["ii_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["invoice_item"] = "invoice_item"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Who owes it")
    subscription: str | None = Field(description="On whose invoice only")
    invoice: str | None = Field(description="Where it was billed; null while it waits")
    kind: LineKindName = Field(description="What it is for", examples=["one_time"])
    description: str = Field(description="As the invoice says it")
    tax_code: str = Field(description="HSN or SAC")
    tax_behavior: Literal["exclusive", "inclusive"] = Field(
        description="Whether tax is added to the amount or inside it"
    )
    tax_nature: TaxNature = Field(description="Whether it bears GST at all")
    reverse_charge: bool = Field(description="Whether a registered buyer pays the tax of it")
    currency: str = Field(description="ISO 4217")
    quantity: int = Field(description="How many")
    unit_amount: int = Field(description="Of each, in minor units")
    amount: int = Field(description="The whole, before discounts, in minor units")
    period: PeriodTold = Field(description="The days it is for")
    created: Created
    withdrawn_at: At | None = Field(description="When it was taken back")

    @classmethod
    def of(cls, view: InvoiceItemView, livemode: bool) -> Self:
        of, on = view.subscription_id, view.invoice_id
        return cls(
            id=public_id("ii", view.id),
            livemode=livemode,
            customer=public_id("cus", view.customer_id),
            subscription=public_id("sub", of) if of else None,
            invoice=public_id("inv", on) if on else None,
            kind=LineKind(view.kind).value,
            description=view.description,
            tax_code=view.tax_code,
            tax_behavior="inclusive" if view.tax_behavior == "inclusive" else "exclusive",
            tax_nature=view.tax_class.nature.value,
            reverse_charge=view.tax_class is TaxClass.REVERSE_CHARGE,
            currency=view.currency,
            quantity=view.quantity,
            unit_amount=view.unit_amount,
            amount=view.amount,
            period=PeriodTold(start=view.period_start, end=view.period_end),
            created=view.created_at,
            withdrawn_at=view.withdrawn_at,
        )
