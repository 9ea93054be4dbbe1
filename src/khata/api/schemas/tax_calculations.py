"""Calculations of tax on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.customers import TaxIdAsked
from khata.api.schemas.fields import Amount, Asked, Currency, Day, Id, ShortLine, Told
from khata.api.schemas.invoice_parts import (
    DocumentKindName,
    NatureName,
    PlaceTold,
    RupeesTold,
    SupplyTold,
    TaxTold,
    rupees_told,
)
from khata.api.schemas.levies import LevyTold
from khata.api.schemas.places import AddressAsked
from khata.core.catalog import TaxBehavior
from khata.core.tax.nature import Nature, tax_class_of
from khata.core.tax_calculation import CalculatedLine, Calculation, PricedLine


class CalculationCustomer(Asked):
    """Who would buy; it need not be a customer of the account's."""

    address: AddressAsked = Field(description="Where it is")
    tax_ids: list[TaxIdAsked] = Field(
        default_factory=list, max_length=5, description="Its tax numbers, one of a type"
    )
    sez: bool = Field(False, description="Whether it is a unit or developer of an Indian SEZ")
    related_establishment: bool = Field(
        False, description="Whether it is, abroad, an establishment of the seller"
    )


class CalculationLine(Asked):
    """What would be sold."""

    reference: ShortLine = Field(description="Your name for it", examples=["seat"])
    amount: Amount = Field(description="In minor units; with tax inside where it is inclusive")
    tax_code: ShortLine = Field(description="HSN or SAC", examples=["998314"])
    tax_behavior: Literal["exclusive", "inclusive"] = Field(
        "exclusive", description="Whether tax is added to the amount or inside it"
    )
    tax_nature: NatureName = Field("taxable", description="Whether it bears GST at all")
    reverse_charge: bool = Field(False, description="Whether a registered buyer pays the tax of it")

    @property
    def priced(self) -> PricedLine:
        return PricedLine(
            self.reference,
            self.amount,
            self.tax_code,
            TaxBehavior(self.tax_behavior),
            tax_class_of(Nature(self.tax_nature), reverse_charge=self.reverse_charge),
        )


class TaxCalculationCreate(Asked):
    """A sale that might be made on a day."""

    on: Day = Field(description="The day of the invoice", examples=["2026-11-23"])
    currency: Currency
    registration: Id | None = Field(None, description="Who sells; else the default registration")
    customer: CalculationCustomer = Field(description="Who buys")
    lines: list[CalculationLine] = Field(
        min_length=1, max_length=200, description="What is sold; behaviours may differ"
    )


class CalculatedLineTold(Told):
    """A line as an invoice would have it."""

    reference: str = Field(description="Your name for it", examples=["seat"])
    tax_code: str = Field(description="HSN or SAC", examples=["998314"])
    tax_nature: NatureName = Field(description="Whether it can bear GST")
    amount: int = Field(description="What is taxed, in minor units", examples=[100000])
    taxes: list[TaxTold] = Field(description="Its taxes, each rounded on its own")
    reason: str = Field(description="Why, in a sentence")
    source: str | None = Field(description="The notification whose rate it bears")

    @classmethod
    def of(cls, line: CalculatedLine) -> Self:
        return cls(
            reference=line.reference,
            tax_code=line.tax_code,
            tax_nature=line.nature.value,
            amount=line.amount,
            taxes=[TaxTold.of(row) for row in line.taxes],
            reason=line.reason,
            source=line.source,
        )


class TaxCalculationObject(Told):
    """The tax of a sale, with its reasons. Nothing is stored."""

    object: Literal["tax_calculation"] = "tax_calculation"
    livemode: bool = Field(description="Whether it is real, or a test")
    document_kind: DocumentKindName = Field(description="What would be given out")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    lines: list[CalculatedLineTold] = Field(description="Line by line")
    taxes: list[TaxTold] = Field(description="The taxes of all lines, by head and rate")
    subtotal: int = Field(description="The lines, before tax", examples=[100000])
    tax: int = Field(description="All taxes of all lines", examples=[18000])
    round_off: int = Field(description="What an inclusive price leaves over, and whole rupees")
    total: int = Field(description="subtotal + tax + round_off", examples=[118000])
    place_of_supply: PlaceTold = Field(description="Whose tax applies")
    supply: SupplyTold = Field(description="How it is taxed, and by which law")
    levy: LevyTold | None = Field(
        description="The tax of another state than India on the same sale, with its law and reason"
    )
    reason: str = Field(description="Why it is taxed so, in a sentence")
    endorsement: str | None = Field(description="What the law makes the document say")
    rupees: RupeesTold | None = Field(description="Its value in rupees, where a rate is on file")
    notes: list[str] = Field(description="What the law asks beside the tax")

    @classmethod
    def of(cls, told: Calculation, livemode: bool) -> Self:
        supply = told.supply
        place = supply.place
        return cls(
            livemode=livemode,
            document_kind="bill_of_supply" if told.kind == "bill_of_supply" else "invoice",
            currency=told.currency,
            lines=[CalculatedLineTold.of(line) for line in told.lines],
            taxes=[TaxTold.of(row) for row in told.taxes],
            subtotal=told.subtotal,
            tax=told.tax,
            round_off=told.round_off,
            total=told.total,
            place_of_supply=PlaceTold(country=place.country, state=place.state, code=place.code),
            supply=SupplyTold(
                kind=supply.kind.value,
                treatment=supply.treatment.value,
                law=supply.law,
                lut_number=supply.lut,
            ),
            levy=LevyTold.of(None if supply.levy is None else supply.levy.stored()),
            reason=supply.reason,
            endorsement=supply.endorsement,
            rupees=rupees_told(told.exchange, told),
            notes=list(told.notes),
        )
