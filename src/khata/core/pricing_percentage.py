"""Percentages: a share of each event's amount, or of each part of the whole amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from khata.core.exact import EXACT
from khata.core.price_json import spell_number
from khata.core.price_terms import PriceTerms

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """`units` at `each` are `amount`; of a percentage `each` is its rate, in per cent.

    `of` says what is counted: units, flat_amount, percent, fixed_fee; minimum and maximum are
    what these limits added or took away.
    """

    units: Decimal
    each: Decimal
    amount: Decimal
    tier: int | None = None
    of: str = "units"

    def told(self) -> dict[str, Any]:
        """Return the step as JSON may hold it."""
        told: dict[str, Any] = {} if self.tier is None else {"tier": self.tier}
        return {
            **told,
            "of": self.of,
            "units": spell_number(self.units),
            "each": spell_number(self.each),
            "amount": spell_number(self.amount),
        }


def of_events(terms: PriceTerms, amounts: Sequence[Decimal]) -> tuple[Step, ...]:
    """Return the percentage, the fixed fees, and what the limits of single events made of them.

    Events are free in the order of time until what is included is used up: as many events, or
    as much amount, whichever ends first; the part of an event beyond the amount counts. An event
    below zero neither costs nor uses anything up.
    """
    charged = raised = lowered = _NOTHING
    events = above = below = 0
    left = terms.included_amount
    for position, amount in enumerate(amounts):
        part = amount
        if terms.included_events or terms.included_amount:
            part, left = _beyond(terms, position, amount, left)
        if part < 0:
            continue
        fee = EXACT.add(percent(part, terms.rate), terms.fixed_fee)
        charged = EXACT.add(charged, part)
        events += 1
        if terms.minimum is not None and fee < terms.minimum:
            raised = EXACT.add(raised, EXACT.subtract(terms.minimum, fee))
            below += 1
        elif terms.maximum is not None and fee > terms.maximum:
            lowered = EXACT.add(lowered, EXACT.subtract(terms.maximum, fee))
            above += 1
    steps = []
    if events:
        steps.append(Step(charged, terms.rate, percent(charged, terms.rate), of="percent"))
    if events and terms.fixed_fee:
        count = Decimal(events)
        fees = EXACT.multiply(count, terms.fixed_fee)
        steps.append(Step(count, terms.fixed_fee, fees, of="fixed_fee"))
    if below and terms.minimum is not None:
        steps.append(Step(Decimal(below), terms.minimum, raised, of="minimum"))
    if above and terms.maximum is not None:
        steps.append(Step(Decimal(above), terms.maximum, lowered, of="maximum"))
    return tuple(steps)


def _beyond(
    terms: PriceTerms, position: int, amount: Decimal, left: Decimal
) -> tuple[Decimal, Decimal]:
    """Return the part of an event that is charged (−1: it is free), and what is left included."""
    if amount < 0:
        return Decimal(-1), left
    if terms.included_events and position >= terms.included_events:
        return amount, left
    if not terms.included_amount:
        return Decimal(-1), left
    if left <= 0:
        return amount, left
    rest = EXACT.subtract(left, amount)
    return (Decimal(-1), rest) if rest >= 0 else (-rest, _NOTHING)


def of_parts(terms: PriceTerms, amount: Decimal) -> tuple[Step, ...]:
    """Return a step for each part of the amount at its tier's rate, and each tier's flat amount."""
    left = max(_NOTHING, EXACT.subtract(amount, terms.included_amount))
    steps: list[Step] = []
    begin = _NOTHING
    for number, tier in enumerate(terms.tiers, start=1):
        end = left if tier.up_to is None else min(left, tier.up_to)
        part = EXACT.subtract(end, begin)
        if part <= 0:
            break
        steps.append(Step(part, tier.rate, percent(part, tier.rate), number, "percent"))
        if tier.flat_amount:
            flat = Decimal(tier.flat_amount)
            steps.append(Step(Decimal(1), flat, flat, number, "flat_amount"))
        begin = end
    return tuple(steps)


def percent(amount: Decimal, rate: Decimal) -> Decimal:
    """Return `rate` per cent of an amount, exactly."""
    return EXACT.multiply(amount, rate).scaleb(-2, EXACT)
