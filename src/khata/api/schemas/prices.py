"""Prices on the wire: models, tiers, and what else an amount may depend on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from khata.api.schemas.fields import Amount, Asked, Created, Currency, Day, Id, Told
from khata.api.schemas.shapes import Shape
from khata.core.catalog import Price, PriceModel
from khata.core.exact import rounded
from khata.core.ids import parse_id, public_id
from khata.core.money import LARGEST_AMOUNT
from khata.core.price_json import spell_number
from khata.core.price_terms import PriceTerms, Tier, checked, is_plain

Model = Literal[
    "flat",
    "per_unit",
    "graduated",
    "volume",
    "package",
    "percentage",
    "graduated_percentage",
]
DECIMAL = r"^[0-9]{1,16}(\.[0-9]{1,12})?$"
DecimalText = Annotated[
    str,
    StringConstraints(max_length=32),
    Shape(
        DECIMAL,
        "A decimal number in a text is asked for, with at most 12 decimals",
    ),
]
LARGEST_NUMBER = 10**15


def _number(value: Any) -> Decimal:
    """Read a whole number, or a decimal number in a text: one field, and one fault."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER:
        return Decimal(value)
    if isinstance(value, str) and re.fullmatch(DECIMAL, value) is not None:
        return Decimal(value)
    raise PydanticCustomError(
        "bad_number",
        "A whole number is asked for, or a decimal number in a text with at most 12 decimals",
    )


Number = Annotated[
    Decimal,
    BeforeValidator(_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER},
                {"type": "string", "pattern": DECIMAL, "maxLength": 32},
            ]
        }
    ),
]


class TierAsked(Asked):
    """Units up to and with `up_to`; it begins after the tier before."""

    begins: Number | None = Field(
        None,
        alias="from",
        description="Where it begins; it follows from the tier before, and is checked against it",
        examples=[1],
    )
    up_to: Number | None = Field(
        description="The last unit of the tier; null: the last tier, without end", examples=[10]
    )
    unit_amount: Number | None = Field(
        None, description="Each unit, in minor units; a decimal text may be exact", examples=[500]
    )
    flat_amount: Amount = Field(
        0, description="Added once where a unit falls in the tier", examples=[0]
    )
    rate: DecimalText | None = Field(
        None, description="Percent, of a tier of percentages", examples=["2.5"]
    )

    def agreed(self) -> Tier:
        return Tier(
            up_to=None if self.up_to is None else Decimal(self.up_to),
            unit_amount=Decimal(self.unit_amount or 0),
            flat_amount=self.flat_amount,
            rate=Decimal(self.rate or 0),
            begins=None if self.begins is None else Decimal(self.begins),
        )


class PriceTermsAsked(Asked):
    """How a quantity becomes money. A field that the model has no use for is refused."""

    model: Model = Field(
        "flat",
        description="flat: the amount whatever the quantity; per_unit: for each unit, such as a "
        "seat; graduated: each unit at its own tier; volume: all at the tier of the quantity; "
        "package: for each begun package; percentage: of each event's amount; "
        "graduated_percentage: each part of the amount at its tier's rate",
    )
    amount: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)] | None = Field(
        None,
        description="Minor units: of the whole, of each unit, or of each package",
        examples=[100000],
    )
    unit_amount_decimal: DecimalText | None = Field(
        None, description="Instead of `amount`: exact to 12 decimals of the minor unit"
    )
    tiers: list[TierAsked] | None = Field(None, max_length=100, description="In rising order")
    package_size: Number | None = Field(None, description="Units in a package")
    included: Number | None = Field(None, description="Units that come off first")
    rate: DecimalText | None = Field(None, description="Percent of each event's amount")
    fixed_fee: Number | None = Field(None, description="Minor units, for each event")
    included_events: Annotated[int, Field(ge=0, le=10**9)] | None = Field(
        None, description="So many events cost nothing, in the order of time"
    )
    included_amount: Number | None = Field(
        None, description="So much of the amount costs nothing, in the order of time"
    )
    minimum: Number | None = Field(None, description="The least that an event costs")
    maximum: Number | None = Field(None, description="The most that an event costs")
    charge_at_zero: bool | None = Field(
        None, description="Whether the first tier's flat amount is asked for nothing"
    )
    meter: Id | None = Field(
        None, description="Usage of this meter is charged, after the period; else the quantity"
    )
    prorated: bool | None = Field(
        None, description="Whether a metered quantity costs its part in a part of a period"
    )
    setup_fee: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)] | None = Field(
        None, description="Minor units, once, with the first invoice"
    )
    minimum_commitment: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)] | None = Field(
        None, description="What a period brings at least, in minor units, before discounts"
    )

    def agreed(self, param: str = "") -> "AgreedPrice":
        """Return what was asked for, checked. `param` is the path before a field's name.

        Raises: what `price_terms.checked` refuses; NotFound for a meter that cannot be.
        """
        given = self.model_dump(
            exclude_none=True, exclude={"currency", "plan", "valid_from", "valid_until"}
        )
        given.setdefault("model", self.model)
        asked = _terms_of(self, given, param)
        names = list(asked)
        if self.amount is not None and self.unit_amount_decimal is not None:
            names.append("unit_amount_decimal")  # one of the two is a mistake
        terms = checked(PriceTerms(**asked), names, param=param)
        plain = is_plain(terms)
        return AgreedPrice(terms.model, rounded(terms.unit_amount), None if plain else terms)


def _terms_of(body: PriceTermsAsked, given: Mapping[str, Any], param: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"model": PriceModel(body.model)}
    for name in _DECIMALS & given.keys():
        asked[name] = Decimal(given[name])
    for name in _AS_THEY_ARE & given.keys():
        asked[name] = given[name]
    for name in ("unit_amount_decimal", "amount"):
        if name in given:
            asked["unit_amount"] = Decimal(given[name])
    if body.tiers is not None:
        asked["tiers"] = tuple(tier.agreed() for tier in body.tiers)
    if body.meter is not None:
        asked["meter_id"] = parse_id("mtr", body.meter, param=f"{param}meter")
    return asked


_DECIMALS = {
    "package_size",
    "included",
    "rate",
    "fixed_fee",
    "included_amount",
    "minimum",
    "maximum",
}
_AS_THEY_ARE = {
    "included_events",
    "charge_at_zero",
    "prorated",
    "setup_fee",
    "minimum_commitment",
}


@dataclass(frozen=True, slots=True)
class AgreedPrice:
    """A price as it is stored; no terms where model and amount tell all."""

    model: PriceModel
    amount: int
    terms: PriceTerms | None


class PriceCreate(PriceTermsAsked):
    """What a plan costs in one currency."""

    currency: Currency


class OwnPriceCreate(PriceTermsAsked):
    """What a plan costs one customer."""

    plan: Id = Field(description="The plan", examples=["plan_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    currency: Currency | None = Field(None, description="The customer's, which is also meant")
    valid_from: Day | None = Field(None, description="The first day that it holds; else today")
    valid_until: Day | None = Field(
        None, description="The first day that it holds no longer; else it has no end"
    )


class OwnPriceEnd(Asked):
    """When a price of a customer's own ends."""

    on: Day | None = Field(None, description="The first day without it; else today")


class TierTold(Told):
    """One tier of a price."""

    up_to: str | None = Field(description="The last unit of the tier; null: without end")
    unit_amount: str = Field(description="Each unit, in minor units, exact", examples=["500"])
    flat_amount: int = Field(description="Added once where a unit falls in the tier")
    rate: str | None = Field(description="Percent, of a tier of percentages")

    @classmethod
    def of(cls, tier: Tier, model: PriceModel) -> Self:
        percentage = model is PriceModel.GRADUATED_PERCENTAGE
        return cls(
            up_to=None if tier.up_to is None else spell_number(tier.up_to),
            unit_amount=spell_number(tier.unit_amount),
            flat_amount=tier.flat_amount,
            rate=spell_number(tier.rate) if percentage else None,
        )


class PriceObject(Told):
    """One version of a price. It never changes; a change is the next version."""

    id: str = Field(examples=["price_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["price"] = "price"
    livemode: bool = Field(description="Whether it is real, or a test")
    plan: str = Field(description="The plan it is a price of")
    customer: str | None = Field(description="Whose own price it is; null: the plan's")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    model: Model = Field(description="How the quantity becomes money")
    amount: int = Field(
        description="Minor units of the currency; 0 where tiers or rates tell it",
        examples=[100000],
    )
    unit_amount_decimal: str | None = Field(description="The same, exact; null as `amount` is 0")
    tiers: list[TierTold] = Field(description="In rising order; none where there are no tiers")
    package_size: str | None = Field(description="Units in a package")
    included: str = Field(description="Units that come off first", examples=["0"])
    rate: str | None = Field(description="Percent of each event's amount")
    fixed_fee: str | None = Field(description="Minor units, for each event")
    included_events: int = Field(description="So many events cost nothing")
    included_amount: str = Field(description="So much of the amount costs nothing")
    minimum: str | None = Field(description="The least that an event costs")
    maximum: str | None = Field(description="The most that an event costs")
    charge_at_zero: bool = Field(description="Whether a first flat amount is asked for nothing")
    meter: str | None = Field(description="The meter whose usage is charged; null: the quantity")
    prorated: bool = Field(description="Whether a metered quantity costs its part")
    setup_fee: int = Field(description="Minor units, once, with the first invoice")
    minimum_commitment: int = Field(description="What a period brings at least")
    version: int = Field(description="1, 2, … in its currency", examples=[1])
    valid_from: date | None = Field(description="A customer's own: the first day that it holds")
    valid_until: date | None = Field(description="The first day that it holds no longer, if any")
    created: Created

    @classmethod
    def of(cls, price: Price, livemode: bool) -> Self:
        terms = price.full_terms
        percentage = terms.model is PriceModel.PERCENTAGE
        by_amount = terms.model in (PriceModel.FLAT, PriceModel.PER_UNIT, PriceModel.PACKAGE)
        package = terms.model is PriceModel.PACKAGE
        return cls(
            id=public_id("price", price.id),
            livemode=livemode,
            plan=public_id("plan", price.plan_id),
            customer=public_id("cus", price.customer_id) if price.customer_id else None,
            currency=price.currency,
            model=price.model.value,
            amount=price.amount,
            unit_amount_decimal=spell_number(terms.unit_amount) if by_amount else None,
            tiers=[TierTold.of(tier, terms.model) for tier in terms.tiers],
            package_size=spell_number(terms.package_size) if package else None,
            included=spell_number(terms.included),
            rate=spell_number(terms.rate) if percentage else None,
            fixed_fee=spell_number(terms.fixed_fee) if percentage else None,
            included_events=terms.included_events,
            included_amount=spell_number(terms.included_amount),
            minimum=None if terms.minimum is None else spell_number(terms.minimum),
            maximum=None if terms.maximum is None else spell_number(terms.maximum),
            charge_at_zero=terms.charge_at_zero,
            meter=public_id("mtr", terms.meter_id) if terms.meter_id else None,
            prorated=terms.prorated,
            setup_fee=terms.setup_fee,
            minimum_commitment=terms.minimum_commitment,
            version=abs(price.version),
            valid_from=price.valid_from,
            valid_until=price.valid_until,
            created=price.created_at,
        )
