"""Proration: the share of a part under each policy, by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.periods import Period, day_of
from khata.core.proration import PartOutsidePeriod, ProrationPolicy, share_of

JANUARY = Period(date(2025, 1, 1), date(2025, 2, 1))
FEBRUARY = Period(date(2025, 2, 1), date(2025, 3, 1))
LEAP = Period(date(2024, 2, 1), date(2024, 3, 1))
APRIL = Period(date(2025, 4, 1), date(2025, 5, 1))
CLAMPED = Period(date(2025, 1, 31), date(2025, 2, 28))
YEAR = Period(date(2024, 4, 1), date(2025, 4, 1))  # holds no 29 February
LEAP_YEAR = Period(date(2024, 1, 1), date(2025, 1, 1))


def january(start: int, end: int) -> Period:
    """From one day of January up to, not including, another; the 32nd is 1 February."""
    return Period(*(date(2025, 1, 1) + timedelta(days=day - 1) for day in (start, end)))


@pytest.mark.parametrize(
    ("part", "cost"),
    [
        (january(1, 32), 100_000),
        (january(1, 16), 48_387),  # 15 days: 48,387.10
        (january(16, 32), 51_613),  # the other 16: 51,612.90
        (january(1, 2), 3_226),  # 3,225.81
        (january(2, 3), 3_226),  # the same day's worth, wherever it lies
        (january(31, 32), 3_226),
        (january(5, 5), 0),
    ],
)
def test_a_part_of_january(part: Period, cost: int) -> None:
    assert share_of(part, full=JANUARY).of(100_000) == cost


@pytest.mark.parametrize("part", [Period(date(2024, 12, 31), date(2025, 1, 5)), january(20, 33)])
def test_a_part_that_lies_outside(part: Period) -> None:
    with pytest.raises(PartOutsidePeriod):
        share_of(part, full=JANUARY)


@pytest.mark.parametrize(
    ("full", "first", "part", "whole"),
    [
        (APRIL, date(2025, 4, 16), 15, 30),
        (FEBRUARY, date(2025, 2, 15), 14, 28),
        (LEAP, date(2024, 2, 15), 15, 29),
        (YEAR, date(2024, 10, 1), 182, 365),
        (LEAP_YEAR, date(2024, 3, 1), 306, 366),
        (CLAMPED, date(2025, 2, 14), 14, 28),
    ],
)
def test_days_are_counted_over_the_full_period(
    full: Period, first: date, part: int, whole: int
) -> None:
    share = share_of(Period(first, full.end), full=full)
    assert (share.part, share.whole, share.words) == (part, whole, f"{part} of {whole} days")


@pytest.mark.parametrize(
    ("full", "first", "part", "whole"),
    [
        (JANUARY, date(2025, 1, 16), 15, 30),  # the 1st to the 15th are 15 of 30
        (JANUARY, date(2025, 1, 31), 1, 30),  # the 31st is the 30th once more
        (FEBRUARY, date(2025, 2, 15), 16, 30),  # 14 are gone
        (FEBRUARY, date(2025, 2, 28), 3, 30),  # 27 are gone
        (CLAMPED, date(2025, 2, 15), 15, 30),  # 15 from the 30th to the 15th
        (YEAR, date(2024, 7, 1), 270, 360),
        (YEAR, date(2024, 10, 11), 170, 360),  # six months and 10 days are gone
    ],
)
def test_every_month_has_30_days(full: Period, first: date, part: int, whole: int) -> None:
    policy = ProrationPolicy.FIXED_30
    share = share_of(Period(first, full.end), full=full, policy=policy)
    assert (share.part, share.whole) == (part, whole)


@pytest.mark.parametrize(
    ("full", "begins_at", "zone", "part", "whole"),
    [
        # noon of 16 April in Kolkata: 14 days and 12 hours of 30 days
        (APRIL, datetime(2025, 4, 16, 6, 30, tzinfo=UTC), "Asia/Kolkata", 1_252_800, 2_592_000),
        # Kathmandu is 5:45 ahead: its 16 April begins at 18:15 of the 15th
        (APRIL, datetime(2025, 4, 15, 18, 15, tzinfo=UTC), "Asia/Kathmandu", 1_296_000, 2_592_000),
        # Berlin's March 2025 loses an hour on the 30th: 31 × 86,400 − 3,600
        (
            Period(date(2025, 3, 1), date(2025, 4, 1)),
            datetime(2025, 3, 29, 23, tzinfo=UTC),  # midnight of the 30th: 2 days less an hour
            "Europe/Berlin",
            169_200,
            2_674_800,
        ),
        # and its October gains one on the 26th
        (
            Period(date(2025, 10, 1), date(2025, 11, 1)),
            datetime(2025, 10, 25, 22, tzinfo=UTC),  # midnight of the 26th: 6 days and an hour
            "Europe/Berlin",
            522_000,
            2_682_000,
        ),
    ],
)
def test_seconds_are_those_that_pass(
    full: Period, begins_at: datetime, zone: str, part: int, whole: int
) -> None:
    share = share_of(
        Period(day_of(begins_at, zone), full.end),
        full=full,
        policy=ProrationPolicy.BY_SECOND,
        zone=zone,
        begins_at=begins_at,
    )
    assert (share.part, share.whole) == (part, whole)


def test_none_takes_all_or_nothing() -> None:
    policy = ProrationPolicy.NONE
    assert share_of(january(16, 32), full=JANUARY, policy=policy).of(100_000) == 100_000
    assert share_of(january(32, 32), full=JANUARY, policy=policy).of(100_000) == 0


@given(
    price=st.integers(0, 10**13),
    length=st.integers(1, 800),
    cut=st.integers(0, 800),
    policy=st.sampled_from(ProrationPolicy),
)
def test_two_parts_come_to_the_whole_or_a_unit_more(
    price: int, length: int, cut: int, policy: ProrationPolicy
) -> None:
    first = date(2024, 2, 29)
    full = Period(first, first + timedelta(days=length))
    edge = first + timedelta(days=min(cut, length))
    late = share_of(Period(edge, full.end), full=full, policy=policy)
    assert 0 <= late.part <= late.whole
    if policy in (ProrationPolicy.BY_DAY, ProrationPolicy.BY_SECOND):
        early = share_of(Period(full.start, edge), full=full, policy=policy)
        assert 0 <= early.of(price) + late.of(price) - price <= 1
