"""Recognition: by the day, by hand; and whatever the months, the parts add up."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.ledger.recognition import Unearned, earned_until
from khata.core.periods import Period
from tests.core.agreements import id_of

YEAR = Period(date(2025, 6, 15), date(2026, 6, 15))


def line(amount: int, period: Period = YEAR) -> Unearned:
    return Unearned(id_of(1), 0, "INR", amount, period, period.start)


@pytest.mark.parametrize(
    ("until", "amount"),
    [
        ("2025-07-01", 52_603),  # 16 of 365 days of 12,000.00: 526.027
        ("2025-08-01", 154_521),  # 47 days: 1,545.205
        ("2026-06-14", 1_196_712),  # 364 days: 11,967.123
        ("2026-06-15", 1_200_000),
        ("2030-01-01", 1_200_000),  # and never more
        ("2025-06-15", 0),
        ("2020-01-01", 0),  # nor less
    ],
)
def test_what_a_year_has_earned(until: str, amount: int) -> None:
    assert earned_until(date.fromisoformat(until), line(1_200_000)).amount == amount


def test_the_second_month_is_what_the_first_left() -> None:
    first = earned_until(date(2025, 7, 1), line(1_200_000))
    after = replace(line(1_200_000), until=first.until)
    second = earned_until(date(2025, 8, 1), after)
    assert (first.amount, second.amount) == (52_603, 101_918)
    assert second.until == date(2025, 8, 1)


@given(
    amount=st.integers(-(10**13), 10**13),
    length=st.integers(1, 1100),
    steps=st.lists(st.integers(0, 400), max_size=12),
)
def test_the_parts_add_up(amount: int, length: int, steps: list[int]) -> None:
    start = date(2024, 2, 29)
    whole = line(amount, Period(start, start + timedelta(days=length)))
    total, day = 0, start
    for step in [*steps, length]:
        day += timedelta(days=step)
        part = earned_until(day, whole)
        total += part.amount
        assert part.amount * amount >= 0  # never back
        whole = replace(whole, until=part.until)
    assert (total, whole.until) == (amount, whole.period.end)
