"""Periods: edges by hand, then what must hold for every anchor, interval and zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.periods import (
    Interval,
    Period,
    Unit,
    day_of,
    edge,
    period_containing,
    start_of_day,
)

MONTH, YEAR = Interval(Unit.MONTH), Interval(Unit.YEAR)
ZONES = sorted(available_timezones() - {"localtime"})


@pytest.mark.parametrize(
    ("anchor", "interval", "k", "expected"),
    [
        ("2024-01-31", MONTH, 1, "2024-02-29"),
        ("2024-01-31", MONTH, 2, "2024-03-31"),  # counted from the anchor, not from 29 February
        ("2024-01-31", MONTH, 13, "2025-02-28"),
        ("2024-01-31", MONTH, -1, "2023-12-31"),
        ("2024-01-30", MONTH, 1, "2024-02-29"),
        ("2024-02-29", YEAR, 1, "2025-02-28"),
        ("2024-02-29", YEAR, 4, "2028-02-29"),
        ("2000-02-29", YEAR, 100, "2100-02-28"),  # 2100 is no leap year
        ("2024-02-29", Interval(Unit.MONTH, 12), 1, "2025-02-28"),
        ("2024-08-31", Interval(Unit.MONTH, 3), 1, "2024-11-30"),
        ("2024-08-31", Interval(Unit.MONTH, 3), 2, "2025-02-28"),
        ("2024-08-31", Interval(Unit.MONTH, 3), 3, "2025-05-31"),
        ("2024-12-30", Interval(Unit.WEEK), 1, "2025-01-06"),
        ("2024-02-28", Interval(Unit.DAY), 2, "2024-03-01"),
        ("2024-02-28", Interval(Unit.DAY, 30), -1, "2024-01-29"),
    ],
)
def test_edges(anchor: str, interval: Interval, k: int, expected: str) -> None:
    assert str(edge(date.fromisoformat(anchor), interval, k)) == expected


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2024-02-28", "2024-01-31", "2024-02-29"),
        ("2024-02-29", "2024-02-29", "2024-03-31"),  # an edge belongs to the new period
        ("2024-03-30", "2024-02-29", "2024-03-31"),
        ("2024-01-30", "2023-12-31", "2024-01-31"),  # before the anchor
        ("2023-02-27", "2023-01-31", "2023-02-28"),
    ],
)
def test_the_period_a_day_lies_in(day: str, start: str, end: str) -> None:
    found = period_containing(date.fromisoformat(day), anchor=date(2024, 1, 31), interval=MONTH)
    assert (str(found.start), str(found.end)) == (start, end)


def test_an_interval_is_read_as_people_say_it() -> None:
    assert (str(MONTH), str(Interval(Unit.WEEK, 2))) == ("month", "2 weeks")


def test_the_calendar_ends() -> None:
    with pytest.raises(OverflowError):
        edge(date(9999, 6, 1), YEAR, 1)


days = st.dates(date(1990, 1, 1), date(2110, 12, 31))
intervals = st.builds(Interval, st.sampled_from(Unit), st.integers(1, 60))


@given(anchor=days, interval=intervals, k=st.integers(-400, 400))
def test_edges_rise_and_are_never_past_the_anchors_day(
    anchor: date, interval: Interval, k: int
) -> None:
    if interval.unit in (Unit.YEAR, Unit.MONTH):
        interval = Interval(interval.unit, min(interval.count, 4))
    here, there = edge(anchor, interval, k), edge(anchor, interval, k + 1)
    assert here < there
    if interval.unit in (Unit.MONTH, Unit.YEAR):
        assert here.day <= anchor.day
        # only a month's last day may stand for a day that the month has not
        assert here.day == anchor.day or (here + timedelta(days=1)).day == 1


@given(anchor=days, interval=intervals, day=days)
def test_every_day_lies_in_one_period_and_periods_tile(
    anchor: date, interval: Interval, day: date
) -> None:
    period = period_containing(day, anchor=anchor, interval=interval)
    assert period.start <= day < period.end
    assert period_containing(period.start, anchor=anchor, interval=interval) == period
    following = period_containing(period.end, anchor=anchor, interval=interval)
    before = period_containing(period.start - timedelta(days=1), anchor=anchor, interval=interval)
    assert following.start == period.end
    assert before.end == period.start


@given(a=st.integers(0, 30), b=st.integers(0, 30), c=st.integers(0, 30), d=st.integers(0, 30))
def test_a_part_is_contained_when_both_its_edges_are(a: int, b: int, c: int, d: int) -> None:
    first = date(2025, 1, 1)

    def period(start: int, end: int) -> Period:
        return Period(
            first + timedelta(days=min(start, end)), first + timedelta(days=max(start, end))
        )

    whole, part = period(a, b), period(c, d)
    inside = min(a, b) <= min(c, d) and max(c, d) <= max(a, b)
    assert whole.contains(part) is inside
    assert whole.days == abs(a - b)


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        ("2025-02-10", "Asia/Kolkata", "2025-02-09T18:30"),
        ("2025-02-10", "Asia/Kathmandu", "2025-02-09T18:15"),
        ("2025-03-09", "America/New_York", "2025-03-09T05:00"),  # the clocks go on at two
        ("2025-03-10", "America/New_York", "2025-03-10T04:00"),
        ("2025-04-06", "Pacific/Auckland", "2025-04-05T11:00"),  # and back at three
        ("2025-04-07", "Pacific/Auckland", "2025-04-06T12:00"),
        ("2024-03-31", "Asia/Beirut", "2024-03-30T22:00"),  # midnight is one o'clock
        ("2024-03-10", "America/Havana", "2024-03-10T05:00"),
        ("2024-11-03", "America/Havana", "2024-11-03T04:00"),  # midnight comes twice
        ("2024-09-08", "America/Santiago", "2024-09-08T04:00"),
        ("2025-06-01", "Pacific/Kiritimati", "2025-05-31T10:00"),
    ],
)
def test_a_day_begins_at_its_local_midnight(day: str, zone: str, expected: str) -> None:
    begins = start_of_day(date.fromisoformat(day), zone)
    assert begins.isoformat()[:16] == expected
    assert begins.tzinfo is UTC


# On these days the calendar of a place left a day out: there is no first instant of it.
LEFT_OUT = {date(2011, 12, 30), date(1994, 12, 31), date(1993, 8, 21)}


@given(day=st.dates(date(1992, 1, 1), date(2037, 12, 31)), zone=st.sampled_from(ZONES))
def test_a_day_begins_with_its_first_instant(day: date, zone: str) -> None:
    if day in LEFT_OUT:
        return
    begins = start_of_day(day, zone)
    assert day_of(begins, zone) == day
    assert day_of(begins - timedelta(seconds=1), zone) < day
    assert start_of_day(day + timedelta(days=1), zone) > begins


@given(
    at=st.integers(820_454_400, 2_114_380_800).map(lambda s: datetime.fromtimestamp(s, UTC)),
    zone=st.sampled_from(ZONES),
)
def test_an_instant_is_not_before_its_day_begins(at: datetime, zone: str) -> None:
    day = day_of(at, zone)
    assert start_of_day(day, zone) <= at < start_of_day(day + timedelta(days=1), zone)
