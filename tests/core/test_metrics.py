"""MRR and what is told of it; every figure is worked out by hand from the definitions."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.metrics import (
    Movement,
    Movements,
    classify,
    customer_churn,
    mrr_of_item,
    percent,
)
from khata.core.periods import Interval, Unit


@pytest.mark.parametrize(
    ("amount", "interval", "mrr"),
    [
        (100_000, Interval(Unit.MONTH), 100_000),
        (300_000, Interval(Unit.MONTH, 3), 100_000),
        (100_000, Interval(Unit.MONTH, 3), 33_333),
        (1_200_000, Interval(Unit.YEAR), 100_000),
        (999_900, Interval(Unit.YEAR), 83_325),
        (2_400_000, Interval(Unit.YEAR, 2), 100_000),
        (30_000, Interval(Unit.WEEK), 130_000),  # × 52 / 12
        (10_000, Interval(Unit.WEEK), 43_333),  # 43,333.33
        (10_000, Interval(Unit.WEEK, 2), 21_667),  # 21,666.67
        (12_000, Interval(Unit.DAY), 365_000),  # × 365 / 12
        (1_000, Interval(Unit.DAY, 30), 1_014),  # 1,013.89
        (6, Interval(Unit.YEAR), 1),  # a half goes up
        (5, Interval(Unit.YEAR), 0),
        (0, Interval(Unit.MONTH), 0),
    ],
)
def test_mrr_of_an_item(amount: int, interval: Interval, mrr: int) -> None:
    assert mrr_of_item(amount, interval) == mrr


@pytest.mark.parametrize(
    ("gross", "interval", "mrr"),
    [
        (118_000, Interval(Unit.MONTH), 100_000),
        (100_000, Interval(Unit.MONTH), 84_746),  # 84,745.76
        (9_999, Interval(Unit.YEAR), 706),  # 706.14
        (7, Interval(Unit.YEAR), 0),  # 7 × 100 / 1416 = 0.494; by two roundings 6 / 12 = 0.5 → 1
    ],
)
def test_tax_inside_a_price_is_taken_out_before_the_one_rounding(
    gross: int, interval: Interval, mrr: int
) -> None:
    assert mrr_of_item(gross, interval, tax_numerator=18, tax_denominator=100) == mrr


@pytest.mark.parametrize(
    ("before", "after", "paid_before", "movement"),
    [
        (0, 500, False, Movement.NEW),
        (0, 500, True, Movement.REACTIVATION),
        (500, 800, True, Movement.EXPANSION),
        (500, 300, True, Movement.CONTRACTION),
        (500, 0, True, Movement.CHURN),
        (0, 0, False, None),  # subscribed and canceled on one day
        (500, 500, True, None),  # two plans swapped on one day
    ],
)
def test_a_day_has_one_movement(
    before: int, after: int, paid_before: bool, movement: Movement | None
) -> None:
    assert classify(before, after, paid_before=paid_before) is movement


def test_rates_of_a_month() -> None:
    month = Movements(date(2026, 4, 1), "INR", 1_000_000, 120_000, 30_000, 50_000, 20_000, 100_000)
    assert month.end == 1_080_000
    assert month.gross_churn == "12.00"  # (100,000 + 20,000) / 1,000,000
    assert month.net_churn == "4.00"  # less 50,000 and 30,000
    quick = month.quick_ratio
    assert quick is not None
    assert (quick.numerator, quick.denominator) == (5, 3)  # 200,000 / 120,000


def test_net_churn_may_be_negative() -> None:
    month = Movements(date(2026, 4, 1), "INR", 300_000, expansion=10_000)
    assert month.net_churn == "-3.33"
    assert month.quick_ratio is None


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(1, 3, "33.33"), (2, 3, "66.67"), (1, 8, "12.50"), (1, 0, None), (0, 5, "0.00")],
)
def test_percent(part: int, whole: int, said: str | None) -> None:
    assert percent(part, whole) == said


def test_customer_churn_leaves_out_who_came_and_went() -> None:
    asha, binu, chitra, dev = (UUID(int=number) for number in range(4))
    assert customer_churn([asha, binu, chitra], [asha, chitra, dev]) == "33.33"
    assert customer_churn([], [dev]) is None


@given(
    st.integers(0, 10**13),
    st.builds(Interval, st.sampled_from(list(Unit)), st.integers(1, 1000)),
)
def test_mrr_is_never_more_than_half_a_unit_off(amount: int, interval: Interval) -> None:
    months, per = {"day": (12, 365), "week": (12, 52), "month": (1, 1), "year": (12, 1)}[
        interval.unit
    ]
    exact = amount * per
    parts = months * interval.count
    assert abs(2 * (mrr_of_item(amount, interval) * parts - exact)) <= parts
