"""Proration: what a part of a period costs, when the whole period has a price."""

from datetime import date
from fractions import Fraction

from khata.core.money import Money
from khata.core.periods import Period


class PartOutsidePeriod(ValueError):
    """The part does not lie inside the period that has the price."""


def prorate(price: Money, *, period: Period, part: Period) -> Money:
    """Return what `part` of `period` costs, counting days.

    Units:   minor units of the price's currency; days of the customer's calendar.
    Rounds:  half up, so that the parts of any split add up to `price` exactly.
    Raises:  PartOutsidePeriod.
    Source:  docs/decisions/0007-proration-by-day.md
    """
    if part == period:
        return price
    if not period.contains(part):
        raise PartOutsidePeriod(f"{part} is not inside {period}")
    # The difference of two running totals, never a share rounded on its own:
    # ten days credited and twenty charged must not lose a paisa between them.
    return _cost_until(part.end, price, period) - _cost_until(part.start, price, period)


def _cost_until(day: date, price: Money, period: Period) -> Money:
    return price.share(Fraction((day - period.start).days, period.days))
