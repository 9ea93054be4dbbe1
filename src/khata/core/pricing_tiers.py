"""Tiers: each unit at its own tier (graduated), or all at the tier of the quantity (volume)."""

from decimal import Decimal

from khata.core.exact import EXACT
from khata.core.price_terms import PriceTerms, Tier
from khata.core.pricing_percentage import Step

_ONE = Decimal(1)


def graduated(terms: PriceTerms, quantity: Decimal) -> tuple[Step, ...]:
    """Return a step for each tier that a unit falls in, and one for its flat amount.

    A first tier's flat amount is asked for nothing only where the price says so.
    """
    steps: list[Step] = []
    begin = Decimal(0)
    for number, tier in enumerate(terms.tiers, start=1):
        end = quantity if tier.up_to is None else min(quantity, tier.up_to)
        units = EXACT.subtract(end, begin)
        if units <= 0:
            break
        steps += _of_tier(number, tier, units)
        begin = end
    if not steps and terms.charge_at_zero:
        steps = _of_tier(1, terms.tiers[0], Decimal(0))
    return tuple(steps)


def volume(terms: PriceTerms, quantity: Decimal) -> tuple[Step, ...]:
    """Return a step for all units at the tier that the quantity falls in, and its flat amount."""
    for number, tier in enumerate(terms.tiers, start=1):
        if tier.up_to is None or quantity <= tier.up_to:
            return tuple(_of_tier(number, tier, quantity))
    raise ValueError("the last tier is open")


def _of_tier(number: int, tier: Tier, units: Decimal) -> list[Step]:
    steps = []
    if units:
        amount = EXACT.multiply(units, tier.unit_amount)
        steps.append(Step(units, tier.unit_amount, amount, tier=number))
    if tier.flat_amount:
        flat = Decimal(tier.flat_amount)
        steps.append(Step(_ONE, flat, flat, tier=number, of="flat_amount"))
    return steps
