"""The model's calendar: months counted from an anchor, and the periods that they make."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date


def months_on(day: date, months: int) -> date:
    """The same day so many months on, or the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_of(day: date, anchor: date, months: int) -> tuple[date, date]:
    """The period of so many months that a day lies in, counted from the anchor."""
    n = 0
    while months_on(anchor, n) > day:
        n -= months
    while months_on(anchor, n + months) <= day:
        n += months
    return months_on(anchor, n), months_on(anchor, n + months)


def parts(
    start: date, end: date, anchor: date, months: int
) -> Iterator[tuple[date, date, tuple[date, date]]]:
    """Each period's part of these days, with the whole period."""
    while start < end:
        whole = period_of(start, anchor, months)
        stop = min(whole[1], end)
        yield start, stop, whole
        start = stop
