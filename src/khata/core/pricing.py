"""Pricing: a quantity and a price become money."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from khata.core.catalog import Item
from khata.core.exact import EXACT, rounded
from khata.core.money import LARGEST_AMOUNT, AmountTooLarge
from khata.core.price_json import spell_number
from khata.core.price_terms import PriceModel, PriceTerms
from khata.core.pricing_percentage import Step, of_events, of_parts
from khata.core.pricing_tiers import graduated, volume


def price_of(model: PriceModel, unit_amount: int, quantity: int) -> int:
    """Return what `quantity` costs for one full period, in minor units.

    Flat is the amount whatever the quantity; per unit is quantity × unit amount. The short way
    for prices that say no more; `price_at` takes any. Raises: AmountTooLarge.
    """
    amount = unit_amount if model is PriceModel.FLAT else unit_amount * quantity
    if amount > LARGEST_AMOUNT:
        raise AmountTooLarge(
            f"{quantity} × {unit_amount} is more than {LARGEST_AMOUNT} minor units a line may hold",
            param="quantity",
        )
    return amount


def recurring_amount(item: Item, quantity: int) -> int:
    """Return what an item is sure to bring in a full period, in minor units.

    That is the price of a quantity, or the minimum commitment where that is more; of usage the
    minimum commitment alone. Raises: AmountTooLarge.
    """
    terms = item.terms
    if terms is None:
        return price_of(item.model, item.unit_amount, quantity)
    if terms.by_usage:
        return terms.minimum_commitment
    return max(price_at(terms, quantity).amount, terms.minimum_commitment)


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount in minor units, and the steps that led to it, which add up to it unrounded."""

    amount: int
    quantity: Decimal
    steps: tuple[Step, ...]
    exact: Decimal
    model: PriceModel
    included: Decimal = Decimal(0)

    @property
    def basis(self) -> dict[str, Any]:
        """Return the price as JSON may hold it, so that it can be explained and done again."""
        return {
            "rule": self.model.value,
            "quantity": spell_number(self.quantity),
            **({"included": spell_number(self.included)} if self.included else {}),
            "steps": [step.told() for step in self.steps],
            "exact": spell_number(self.exact),
            "amount": self.amount,
            "rounding": "half_up",
        }


def price_at(terms: PriceTerms, quantity: Decimal | int) -> Priced:
    """Return what a quantity costs for one full period, without setup fee and commitment.

    Of a percentage the quantity is an amount in minor units, taken as one event; use
    `price_of_events` where there were several. Rounds: half up, once.
    Raises: AmountTooLarge. Source: docs/prices.md
    """
    asked = Decimal(quantity)
    if terms.model is PriceModel.PERCENTAGE:
        return price_of_events(terms, [asked] if asked else [])
    if terms.model is PriceModel.GRADUATED_PERCENTAGE:
        return _priced(terms, asked, of_parts(terms, asked), terms.included_amount)
    left = max(Decimal(0), asked - terms.included)
    match terms.model:
        case PriceModel.GRADUATED:
            steps = graduated(terms, left)
        case PriceModel.VOLUME:
            steps = volume(terms, left)
        case PriceModel.PACKAGE:
            steps = _packages(terms, left)
        case PriceModel.FLAT:
            steps = (Step(Decimal(1), terms.unit_amount, terms.unit_amount),)
        case _:
            steps = (Step(left, terms.unit_amount, EXACT.multiply(left, terms.unit_amount)),)
    return _priced(terms, asked, steps, terms.included)


def price_of_events(terms: PriceTerms, amounts: Sequence[Decimal]) -> Priced:
    """Return what a percentage of each event's amount comes to; they stand in the order of time.

    Rounds: half up, once, the sum of all. Raises: AmountTooLarge. Source: docs/prices.md
    """
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return _priced(terms, total, of_events(terms, amounts), terms.included_amount)


def _packages(terms: PriceTerms, left: Decimal) -> tuple[Step, ...]:
    begun = EXACT.divide_int(left, terms.package_size)
    if EXACT.multiply(begun, terms.package_size) < left:
        begun += 1
    return (Step(begun, terms.unit_amount, EXACT.multiply(begun, terms.unit_amount)),)


def _priced(
    terms: PriceTerms, quantity: Decimal, steps: tuple[Step, ...], included: Decimal
) -> Priced:
    exact = Decimal(0)
    for step in steps:
        exact = EXACT.add(exact, step.amount)
    amount = rounded(exact)
    if amount > LARGEST_AMOUNT:
        raise AmountTooLarge(
            f"{quantity:f} at this price is {amount}, more than {LARGEST_AMOUNT} minor units that "
            "a line may hold",
            param="quantity",
        )
    return Priced(amount, quantity, steps, exact, terms.model, included)
