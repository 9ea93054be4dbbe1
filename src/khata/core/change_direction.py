"""The direction of a change: does it cost more a day than what it replaces?"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from khata.core.catalog import Item
from khata.core.metrics import months_of
from khata.core.periods import Interval
from khata.core.plan_change import Standing, Wish
from khata.core.pricing import recurring_amount


class Direction(StrEnum):
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    SAME = "same"


def direction_of(standing: Standing, wish: Wish) -> Direction:
    """Say whether a wish costs more a day; amounts of two currencies are never compared."""
    if wish.swaps(standing.subscription):
        return Direction.SAME
    return direction(standing, wish.items, wish.interval)


def direction(standing: Standing, items: Sequence[Item], interval: Interval) -> Direction:
    """Say whether the new terms cost more a day than the old ones.

    Of one plan for another the same quantity is compared, the new one; where that is equal, or
    items are added or go, each side's own quantities are.
    """
    old, wished = standing.items, [item.quantity for item in items]
    before = after = Fraction(0)
    if len(old) == len(items):
        before = _a_day(old, standing.subscription.interval, wished)
        after = _a_day(items, interval, wished)
    if before == after:
        before = _a_day(old, standing.subscription.interval, [item.quantity for item in old])
        after = _a_day(items, interval, wished)
    if after == before:
        return Direction.SAME
    return Direction.UPGRADE if after > before else Direction.DOWNGRADE


def _a_day(items: Sequence[Item], interval: Interval, quantities: Sequence[int]) -> Fraction:
    prices = (
        recurring_amount(item, quantity) for item, quantity in zip(items, quantities, strict=True)
    )
    return sum(prices) / months_of(interval)
