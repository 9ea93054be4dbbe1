"""The parts of an invoice on the wire: lines, taxes, parties, and where it is taxed."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, Protocol, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.api.schemas.periods import PeriodTold
from khata.api.schemas.places import AddressTold
from khata.core.charge import LineKind
from khata.core.ids import public_id
from khata.core.party import tax_id_shown
from khata.core.places import Address
from khata.core.tax.gst import TaxRow
from khata.core.tax.nature import Nature
from khata.core.tax.rupees import ExchangeRate
from khata.db.reads.invoices import LineDiscountView, LineView

KindName = Literal["intra", "inter", "sez", "export", "out_of_scope"]
LineKindName = Literal["fee", "usage", "one_time", "setup", "proration", "true_up"]
TreatmentName = Literal[
    "taxable",
    "zero_rated_lut",
    "zero_rated_with_igst",
    "out_of_scope",
    "composition",
    "exempt",
    "reverse_charge",
]
NatureName = Literal["taxable", "nil_rated", "exempt", "non_gst"]
DocumentKindName = Literal[
    "invoice", "bill_of_supply", "debit_note", "revised_invoice", "payment_request"
]


class TaxTold(Told):
    """One head of tax at one rate."""

    name: str = Field(description="The head of tax", examples=["CGST"])
    rate: str = Field(description="Percent, as a decimal text", examples=["9"])
    taxable: int = Field(description="What it is taken of, in minor units", examples=[100000])
    amount: int = Field(description="The tax, in minor units", examples=[9000])

    @classmethod
    def of(cls, row: TaxRow) -> Self:
        return cls(name=row.name, rate=row.rate, taxable=row.taxable, amount=row.amount)


class LineDiscountTold(Told):
    """What one coupon took off a line, in the order in which they were taken."""

    discount: str = Field(description="The discount", examples=["di_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    coupon: str = Field(description="The coupon it is of")
    name: str = Field(description="As the invoice says it", examples=["A quarter off"])
    percent: str | None = Field(description="Where it is a percent", examples=["25"])
    amount: int = Field(description="Before tax, in minor units", examples=[25000])
    off_price: int = Field(
        description="Off the price itself: with tax inside where the price is inclusive",
        examples=[25000],
    )

    @classmethod
    def of(cls, view: LineDiscountView) -> Self:
        return cls(
            discount=public_id("di", view.discount_id),
            coupon=public_id("cou", view.coupon_id),
            name=view.name,
            percent=view.percent,
            amount=view.amount,
            off_price=view.off_price,
        )


class RateDecisionTold(Told):
    """Which day's rate a line bears, where the rate of GST changes around its invoice."""

    on: date = Field(description="The day whose rate it bears")
    law: str = Field(description="The clause", examples=["CGST Act s.14(b)(ii)"])
    reason: str = Field(description="Which two events decided, and the days of all")

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Self | None:
        if stored is None:
            return None
        return cls(on=stored["on"], law=stored["law"], reason=stored["reason"])


class LineFigures(Told):
    """What a line of an invoice and of a preview have in common."""

    kind: LineKindName = Field(
        description="A fee of a period, usage, one_time, setup, the proration of a change, or a "
        "true_up to a minimum",
        examples=["fee"],
    )
    description: str = Field(description="What is billed", examples=["Premium"])
    subscription: str | None = Field(description="Of which subscription")
    quantity: int = Field(description="How many", examples=[1])
    unit_amount: int = Field(
        description="As priced, in minor units; with tax inside where the price is inclusive",
        examples=[100000],
    )
    priced_quantity: str | None = Field(
        description="How much was priced, as a decimal text, where quantity × unit_amount does "
        "not say it: tiers, packages, usage",
        examples=[None],
    )
    discount: int = Field(description="Taken off it before tax, in minor units", examples=[0])
    amount: int = Field(
        description="After its discount and before tax, in minor units", examples=[100000]
    )
    tax_behavior: Literal["exclusive", "inclusive"] = Field(
        description="Whether tax is added to the price or inside it"
    )
    period: PeriodTold = Field(description="The days that are billed")
    tax_code: str = Field(description="HSN or SAC", examples=["998314"])
    price: str | None = Field(description="The version of the price")
    tax_nature: NatureName = Field(description="Whether it can bear GST", examples=["taxable"])
    rate_decision: RateDecisionTold | None = Field(
        description="Where its rate changes around the invoice",
        examples=[None],
    )
    taxes: list[TaxTold] = Field(description="Its taxes, each rounded on its own")


class LineNamed(Told):
    """The id of a line that stands on an invoice."""

    id: str = Field(examples=["il_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["invoice_line"] = "invoice_line"


class LineObject(LineFigures, LineNamed):
    """One price for one period, with its taxes."""

    discounts: list[LineDiscountTold] = Field(description="What made up its discount")
    credited: int = Field(description="Taken back by credit notes, before tax", examples=[0])

    @classmethod
    def of(cls, line: LineView) -> Self:
        return cls(
            id=public_id("il", line.id),
            kind=LineKind(line.kind).value,
            description=line.description,
            subscription=public_id("sub", line.subscription_id) if line.subscription_id else None,
            quantity=line.quantity,
            priced_quantity=line.priced_quantity,
            unit_amount=line.unit_amount,
            discount=line.discount,
            amount=line.amount,
            discounts=[LineDiscountTold.of(one) for one in line.discounts],
            credited=line.credited,
            tax_behavior="inclusive" if line.tax_behavior == "inclusive" else "exclusive",
            period=PeriodTold(start=line.period_start, end=line.period_end),
            tax_code=line.tax_code,
            tax_nature=Nature(line.tax_nature).value,
            rate_decision=RateDecisionTold.of(line.rate_decision),
            price=public_id("price", line.price_id) if line.price_id else None,
            taxes=[TaxTold.of(row) for row in line.taxes],
        )


class PlaceTold(Told):
    """Whose tax applies."""

    country: str = Field(description="ISO 3166-1 alpha-2", examples=["IN"])
    state: str | None = Field(description="ISO 3166-2 without the country", examples=["KA"])
    code: str | None = Field(
        description="The two digits of GST; 96 is outside India", examples=["29"]
    )


class SupplyTold(Told):
    """How the supply is taxed, and by which law."""

    kind: KindName = Field(
        description="Inside one state, between two, to an SEZ, an export, or outside the tax",
        examples=["intra"],
    )
    treatment: TreatmentName = Field(description="Taxed, or at zero and why", examples=["taxable"])
    law: str = Field(description="What decided the place", examples=["IGST Act s.12(2)(a)"])
    lut_number: str | None = Field(
        description="The letter of undertaking it is issued under, of a supply without IGST",
        examples=[None],
    )


class RupeesTold(Told):
    """What an invoice in another currency is worth in rupees: rule 34 of the CGST Rules."""

    rate: str = Field(description="Rupees for one unit of the currency", examples=["84.1250"])
    on: date = Field(description="The day the rate was published for")
    source: str = Field(description="Who published it")
    taxable: int = Field(description="Before tax, in paise")
    tax: int = Field(description="The tax, in paise")
    total: int = Field(description="With tax, in paise")


class _Figures(Protocol):
    @property
    def subtotal(self) -> int: ...
    @property
    def discount(self) -> int: ...
    @property
    def tax(self) -> int: ...
    @property
    def total(self) -> int: ...


def rupees_told(rate: ExchangeRate | None, figures: _Figures) -> RupeesTold | None:
    """Return an invoice's value in rupees by the rate that it keeps, each figure half up."""
    if rate is None:
        return None
    return RupeesTold(
        rate=f"{rate.rate:f}",
        on=rate.on,
        source=rate.source,
        taxable=rate.rupees(figures.subtotal - figures.discount),
        tax=rate.rupees(figures.tax),
        total=rate.rupees(figures.total),
    )


class PartyTold(Told):
    """Seller or buyer as they were on the day; a later change leaves the invoice as it is."""

    name: str = Field(description="What it trades under", examples=["Chai Cloud"])
    legal_name: str | None = Field(description="As registered, of a seller")
    email: str | None = Field(description="Its address for mail")
    address: AddressTold = Field(description="Where it was")
    tax_id_type: str | None = Field(description="Whose number it is", examples=["in_gst"])
    tax_id: str | None = Field(
        description="Its tax number: to an Indian seller the GSTIN or UIN, else the first",
        examples=["29AABCR1718E1ZL"],
    )
    sez: bool = Field(description="Whether it was a unit or developer of an Indian SEZ")

    @classmethod
    def of(cls, facts: Mapping[str, Any], *, seller_country: str) -> Self:
        tax_id = tax_id_shown(facts, seller_country=seller_country)
        lines = facts.get("address") or {}
        return cls(
            name=facts["name"],
            legal_name=facts.get("legal_name"),
            email=facts.get("email"),
            address=AddressTold.of(
                Address(**lines), country=facts["country"], state=facts.get("state")
            ),
            tax_id_type=tax_id.type if tax_id else None,
            tax_id=tax_id.value if tax_id else None,
            sez=bool(facts.get("sez")),
        )
