"""Proration: the price of a part, by hand; and the parts of any split add up."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.money import Money
from khata.core.periods import Period
from khata.core.proration import PartOutsidePeriod, prorate

JANUARY = Period(date(2025, 1, 1), date(2025, 2, 1))


def january(start: int, end: int) -> Period:
    """From one day of January up to, not including, another; the 32nd is 1 February."""
    return Period(*(date(2025, 1, 1) + timedelta(days=day - 1) for day in (start, end)))


@pytest.mark.parametrize(
    ("part", "cost"),
    [
        (january(1, 32), 100_000),
        (january(1, 16), 48_387),  # 15 days: 48,387.10
        (january(16, 32), 51_613),  # the other 16
        (january(1, 2), 3_226),  # 3,225.81
        (january(2, 3), 3_226),  # 6,451.61 less the day before: 6,452 − 3,226
        (january(31, 32), 3_226),  # 100,000 less 96,774.19
        (january(5, 5), 0),
    ],
)
def test_a_part_of_january(part: Period, cost: int) -> None:
    assert prorate(Money(100_000, "INR"), period=JANUARY, part=part) == Money(cost, "INR")


@pytest.mark.parametrize("part", [Period(date(2024, 12, 31), date(2025, 1, 5)), january(20, 33)])
def test_a_part_that_lies_outside(part: Period) -> None:
    with pytest.raises(PartOutsidePeriod):
        prorate(Money(100_000, "INR"), period=JANUARY, part=part)


@given(
    price=st.integers(-(10**13), 10**13),
    length=st.integers(1, 800),
    cuts=st.lists(st.integers(0, 800), max_size=8),
)
def test_the_parts_of_any_split_add_up(price: int, length: int, cuts: list[int]) -> None:
    first = date(2024, 2, 29)
    period = Period(first, first + timedelta(days=length))
    edges = sorted({0, length, *(cut for cut in cuts if cut < length)})
    total = Money(0, "INR")
    for start, end in pairwise(edges):
        part = Period(first + timedelta(days=start), first + timedelta(days=end))
        total += prorate(Money(price, "INR"), period=period, part=part)
    assert total == Money(price, "INR")
