"""Metering: what events come to, by hand; each row's note has its arithmetic.

The rules are section 6 of the definitions: an event counts by its own time, an instant on an edge
belongs to the new period, a level holds until the next, and real elapsed time is what weighs.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.metering import (
    Aggregation,
    Measured,
    Meter,
    MeterCannotCarry,
    MeterFieldNeeded,
    MeterFieldNotUsed,
    Piece,
    PropertyFilter,
    Stretch,
    aggregated,
    as_quantity,
    checked_meter,
    counts,
    weighted,
)
from khata.core.periods import start_of_day
from tests.core.agreements import id_of

SUM, COUNT, UNIQUE = Aggregation.SUM, Aggregation.COUNT, Aggregation.UNIQUE
MAX, LATEST, WEIGHTED = Aggregation.MAX, Aggregation.LATEST, Aggregation.WEIGHTED_SUM
MADE = datetime(2025, 1, 1, tzinfo=UTC)


def meter(aggregation: Aggregation, *, resets: bool = True, field: str | None = None) -> Meter:
    return Meter(id_of(1), "m", "M", aggregation, field, (), resets, MADE)


def days(first: str, end: str, zone: str) -> Stretch:
    edges = [start_of_day(date.fromisoformat(day), zone) for day in (first, end)]
    return Stretch(*edges)


def local(at: str, zone: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


APRIL = days("2026-04-01", "2026-05-01", "UTC")  # 30 days
KATHMANDU = days("2026-04-01", "2026-04-02", "Asia/Kathmandu")  # from 31 March, 18:15 UTC
SPRING = days("2026-03-29", "2026-03-30", "Europe/Berlin")  # 23 hours
AUTUMN = days("2026-10-25", "2026-10-26", "Europe/Berlin")  # 25 hours


@dataclass(frozen=True)
class Row:
    """`events` are (time in UTC, value); their order is the order of arrival."""

    note: str
    aggregation: Aggregation
    stretch: Stretch
    events: tuple[tuple[str, str], ...]
    comes_to: str
    resets: bool = True


# fmt: off
ROWS = [
    Row("nothing happened: 0", SUM, APRIL, (), "0"),
    Row("nothing to count: 0", COUNT, APRIL, (), "0"),
    Row("no most of nothing: 0", MAX, APRIL, (), "0"),
    Row("no level yet: 0", WEIGHTED, APRIL, (), "0"),
    Row("2 + 3 = 5", SUM, APRIL, (("2026-04-03T00:00", "2"), ("2026-04-04T00:00", "3")), "5"),
    Row("0.1 + 0.2 is 0.3 to the digit", SUM, APRIL,
        (("2026-04-03T00:00", "0.1"), ("2026-04-04T00:00", "0.2")), "0.3"),
    Row("5 − 2 = 3: what is below zero takes away", SUM, APRIL,
        (("2026-04-03T00:00", "5"), ("2026-04-04T00:00", "-2")), "3"),
    Row("two events are two, whatever their value", COUNT, APRIL,
        (("2026-04-03T00:00", "7"), ("2026-04-03T00:00", "7")), "2"),
    Row("the first instant belongs to the period", SUM, APRIL, (("2026-04-01T00:00", "4"),), "4"),
    Row("its end belongs to the next", SUM, APRIL, (("2026-05-01T00:00", "4"),), "0"),
    Row("a microsecond before its end is inside", SUM, APRIL,
        (("2026-04-30T23:59:59.999999", "4"),), "4"),
    Row("a microsecond before it begins is not", COUNT, APRIL,
        (("2026-03-31T23:59:59.999999", "4"),), "0"),
    Row("max of 3, 9, 4", MAX, APRIL,
        (("2026-04-02T00:00", "3"), ("2026-04-03T00:00", "9"), ("2026-04-04T00:00", "4")), "9"),
    Row("max of −3 and −5 is −3", MAX, APRIL,
        (("2026-04-02T00:00", "-3"), ("2026-04-03T00:00", "-5")), "-3"),
    Row("latest by time, not by arrival: the 9 came late", LATEST, APRIL,
        (("2026-04-20T00:00", "4"), ("2026-04-10T00:00", "9")), "4"),
    Row("of one instant the later arrival is the latest", LATEST, APRIL,
        (("2026-04-20T00:00", "4"), ("2026-04-20T00:00", "6")), "6"),
    Row("latest that resets knows nothing of March", LATEST, APRIL,
        (("2026-03-20T00:00", "4"),), "0"),
    Row("latest that is carried does", LATEST, APRIL, (("2026-03-20T00:00", "4"),), "4", False),
    Row("what comes on the end's instant is not the latest yet", LATEST, APRIL,
        (("2026-03-20T00:00", "4"), ("2026-05-01T00:00", "8")), "4", False),
    Row("a carried sum goes on: 10 seats in March, 1 left in April", SUM, APRIL,
        (("2026-03-05T00:00", "10"), ("2026-04-05T00:00", "-1")), "9", False),
    Row("a sum that resets does not: −1", SUM, APRIL,
        (("2026-03-05T00:00", "10"), ("2026-04-05T00:00", "-1")), "-1"),
    Row("10 from the 16th: 15 of 30 days", WEIGHTED, APRIL, (("2026-04-16T00:00", "10"),), "5"),
    Row("10 from the first instant: all of it", WEIGHTED, APRIL,
        (("2026-04-01T00:00", "10"),), "10"),
    Row("6 for 10 days, 12 for 20: (60 + 240) / 30", WEIGHTED, APRIL,
        (("2026-04-01T00:00", "6"), ("2026-04-11T00:00", "12")), "10"),
    Row("8 carried for 15 days, then 0", WEIGHTED, APRIL,
        (("2026-03-02T00:00", "8"), ("2026-04-16T00:00", "0")), "4", False),
    Row("8 carried through a month without events", WEIGHTED, APRIL,
        (("2026-02-02T00:00", "8"),), "8", False),
    Row("8 of March not carried: 0", WEIGHTED, APRIL, (("2026-03-02T00:00", "8"),), "0"),
    Row("a level of no length weighs nothing: 99, then 3 at once, for 15 of 30 days", WEIGHTED,
        APRIL, (("2026-04-16T00:00", "99"), ("2026-04-16T00:00", "3")), "1.5"),
    Row("for one second of 30 days: 2,592,000 / 2,592,000", WEIGHTED, APRIL,
        (("2026-04-30T23:59:59", "2592000"),), "1"),
    Row("late: a level of the 11th that came after that of the 21st; 10 × 3 + 10 × 6 of 30",
        WEIGHTED, APRIL, (("2026-04-21T00:00", "6"), ("2026-04-11T00:00", "3")), "3"),
    Row("Kathmandu's 1 April begins at 18:15 UTC", SUM, KATHMANDU,
        (("2026-03-31T18:15", "1"),), "1"),
    Row("18:14:59 UTC is 31 March there", SUM, KATHMANDU, (("2026-03-31T18:14:59", "1"),), "0"),
    Row("and it ends at 18:15 UTC: the edge is the 2nd's", SUM, KATHMANDU,
        (("2026-04-01T18:15", "1"), ("2026-04-01T18:14", "2")), "2"),
    Row("Kathmandu, 24 from 00:15 UTC (06:00 there): 18 of 24 hours", WEIGHTED, KATHMANDU,
        (("2026-04-01T00:15", "24"),), "18"),
    Row("Berlin in spring: 23 hours; 46 from noon (10:00 UTC) for 12 of them: 552 / 23", WEIGHTED,
        SPRING, (("2026-03-29T10:00", "46"),), "24"),
    Row("Berlin in autumn: 25 hours; 50 from noon (11:00 UTC) for 12 of them: 600 / 25", WEIGHTED,
        AUTUMN, (("2026-10-25T11:00", "50"),), "24"),
    Row("2:30 comes twice in autumn, at 00:30 and 01:30 UTC: both are the day's", COUNT, AUTUMN,
        (("2026-10-25T00:30", "1"), ("2026-10-25T01:30", "1")), "2"),
    Row("Berlin's spring day ends at 22:00 UTC", COUNT, SPRING,
        (("2026-03-29T21:59:59", "1"), ("2026-03-29T22:00", "1")), "1"),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.note)
def test_what_it_comes_to(row: Row) -> None:
    events = [
        Measured(datetime.fromisoformat(at).replace(tzinfo=UTC), Decimal(value), position=n)
        for n, (at, value) in enumerate(row.events)
    ]
    rule = meter(row.aggregation, resets=row.resets)
    assert aggregated(rule, events, row.stretch) == Fraction(row.comes_to)


def test_unique_counts_each_value_once_and_only_inside() -> None:
    """a, b, a and, on the end's instant, c: two."""
    events = [
        Measured(local(at, "UTC"), key=key)
        for at, key in [
            ("2026-04-02", "a"),
            ("2026-04-03", "b"),
            ("2026-04-04", "a"),
            ("2026-05-01", "c"),
        ]
    ]
    assert aggregated(meter(UNIQUE, field="user"), events, APRIL) == 2


@pytest.mark.parametrize(
    ("properties", "passes"),
    [
        ({"region": "in", "spot": True}, True),
        ({"region": "np", "spot": True}, True),
        ({"region": "de", "spot": True}, False),
        ({"region": "in", "spot": False}, False),
        ({"region": "in"}, False),
        ({}, False),
    ],
)
def test_all_filters_have_to_be_passed(properties: dict[str, str | bool], passes: bool) -> None:
    filters = (PropertyFilter("region", ("in", "np")), PropertyFilter("spot", ("true",)))
    filtered = Meter(id_of(1), "m", "M", COUNT, None, filters, True, MADE)
    assert counts(filtered, properties) is passes


@pytest.mark.parametrize(
    ("wrong", "refusal", "param"),
    [
        (meter(UNIQUE), MeterFieldNeeded, "field"),
        (meter(COUNT, field="a"), MeterFieldNotUsed, "field"),
        (meter(MAX, resets=False), MeterCannotCarry, "resets"),
        (meter(COUNT, resets=False), MeterCannotCarry, "resets"),
    ],
)
def test_a_meter_that_cannot_be_is_refused(
    wrong: Meter, refusal: type[MeterFieldNeeded], param: str
) -> None:
    with pytest.raises(refusal) as told:
        checked_meter(wrong)
    assert told.value.param == param


@pytest.mark.parametrize(
    ("usage", "quantity"),
    [
        (Fraction(-1), "0"),
        (Fraction(5), "5"),
        (Fraction(100), "100"),
        (Fraction(1, 3), "0.333333333333"),
        (Fraction(2, 3), "0.666666666667"),  # half up at the 12th decimal
    ],
)
def test_a_quantity_has_twelve_decimals(usage: Fraction, quantity: str) -> None:
    assert as_quantity(usage) == Decimal(quantity)


instants = st.integers(0, 30 * 86_400 - 1).map(lambda n: APRIL.begins + timedelta(seconds=n))
happened = st.lists(st.tuples(instants, st.decimals(-100, 100, places=2)), max_size=30)


@given(happened, st.randoms())
def test_the_order_of_sending_does_not_matter(
    sent: list[tuple[datetime, Decimal]], random: Random
) -> None:
    events = [Measured(at, value, position=n) for n, (at, value) in enumerate(sent)]
    mixed = list(events)
    random.shuffle(mixed)
    for aggregation in Aggregation:
        rule = meter(aggregation)
        assert aggregated(rule, mixed, APRIL) == aggregated(rule, events, APRIL)


@given(happened, st.lists(instants, max_size=5))
def test_a_weighted_sum_of_parts_is_that_of_the_whole(
    sent: list[tuple[datetime, Decimal]], cuts: list[datetime]
) -> None:
    """Levels carried over each cut: Σ part × its length is the whole × its length."""
    rule = meter(WEIGHTED, resets=False)
    events = [Measured(at, value, position=n) for n, (at, value) in enumerate(sent)]
    edges = sorted({APRIL.begins, *cuts, APRIL.ends})
    parts = [Stretch(*pair) for pair in pairwise(edges)]
    total = sum(aggregated(rule, events, part) * _seconds(part) for part in parts)
    assert total == aggregated(rule, events, APRIL) * _seconds(APRIL)


def test_an_hour_kept_as_one_piece_weighs_as_its_events() -> None:
    """4 from 10:15, 8 from 10:45: held 4 × 1,800 + 8 × 900 = 14,400 to 11:00, then 8 goes on."""
    times = [datetime(2026, 4, 1, 10, 15, tzinfo=UTC), datetime(2026, 4, 1, 10, 45, tzinfo=UTC)]
    events = [Measured(times[0], Decimal(4)), Measured(times[1], Decimal(8))]
    hour = Piece(times[0], datetime(2026, 4, 1, 11, tzinfo=UTC), Decimal(14_400), Decimal(8))
    assert weighted([hour], APRIL, Decimal(0)) == aggregated(meter(WEIGHTED), events, APRIL)


def _seconds(stretch: Stretch) -> int:
    return int(stretch.length.total_seconds())
