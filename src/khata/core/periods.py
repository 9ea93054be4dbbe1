"""Periods: half-open ranges of days, counted from a billing anchor, clamped to month ends."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Interval:
    """A length of time between two renewals: `count` times `unit`."""

    unit: Unit
    count: int = 1

    def __str__(self) -> str:
        return self.unit.value if self.count == 1 else f"{self.count} {self.unit.value}s"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` up to, but not including, `end`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def contains(self, part: "Period") -> bool:
        return self.start <= part.start <= part.end <= self.end


def edge(anchor: date, interval: Interval, k: int) -> date:
    """Return the start of period `k`, counted from the anchor itself, never from the edge before.

    A day the month has not is its last: 31 Jan → 28 Feb → 31 Mar; 29 Feb → 28 Feb → … → 29 Feb.
    Raises: OverflowError beyond the years 1 to 9999.
    """
    steps = k * interval.count
    if interval.unit is Unit.DAY:
        return anchor + timedelta(days=steps)
    if interval.unit is Unit.WEEK:
        return anchor + timedelta(weeks=steps)
    months = steps if interval.unit is Unit.MONTH else 12 * steps
    year, month0 = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("the calendar ends")
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(anchor.day, last))


@lru_cache(maxsize=4096)  # a billing run asks about few days again and again
def period_containing(day: date, *, anchor: date, interval: Interval) -> Period:
    """Return the full period of this anchor that `day` lies in; the anchor may lie after it.

    Periods tile: each starts where the one before ends, for every anchor and interval.
    """
    k = _guess(day, anchor, interval)
    while edge(anchor, interval, k) > day:
        k -= 1
    while edge(anchor, interval, k + 1) <= day:
        k += 1
    return Period(edge(anchor, interval, k), edge(anchor, interval, k + 1))


def _guess(day: date, anchor: date, interval: Interval) -> int:
    if interval.unit in (Unit.DAY, Unit.WEEK):
        length = interval.count * (7 if interval.unit is Unit.WEEK else 1)
        return (day - anchor).days // length
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    return months // (interval.count * (12 if interval.unit is Unit.YEAR else 1))


@lru_cache(maxsize=4096)
def start_of_day(day: date, zone: str) -> datetime:
    """Return the first instant of a local day, in UTC.

    Where clocks jump over midnight (it happens in Beirut, Santiago, Havana) the day starts
    when they have jumped: a midnight that does not exist is read with the offset before it
    (PEP 495), which is that very instant. Where midnight comes twice, the first one counts.
    """
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_of(at: datetime, zone: str) -> date:
    """Return the local day that an instant falls on."""
    return at.astimezone(ZoneInfo(zone)).date()
