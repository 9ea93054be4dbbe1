"""On which day and hour a failed payment is tried again."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from khata.core.dunning_terms import DunningTerms
from khata.core.periods import day_of

# What a gateway says when there was not enough money: it may have come by a pay day.
_NO_FUNDS = frozenset({"insufficient_funds"})
# Moved to an hour of the day, a try does not come sooner after the failure than this.
_LEAST_GAP = timedelta(hours=12)
# How far the last try of a schedule may be moved on to a pay day.
_LAST_MAY_WAIT = 7


def days_of(terms: DunningTerms, decline_class: str) -> Sequence[int]:
    """Return the days after each failure for a class of decline, as the policy has them."""
    return terms.retry_days_by_class.get(decline_class, terms.retry_days)


def retry_at(
    days: Sequence[int],
    decline_count: int,
    *,
    terms: DunningTerms,
    decline_code: str,
    zone: str,
    at: datetime,
) -> datetime:
    """Return when the failure at `at`, the `decline_count`-th, is tried again.

    By 1, 2, 4, 8 the second of 3 February is tried on 5 February. With the hour 10 it is tried at
    10:00 of the customer's day. With the pay day 7, and no funds, it waits for the 7th, as the try
    after that would be on the 9th.
    """
    planned = at + timedelta(days=days[decline_count - 1])
    if terms.pay_days and decline_code in _NO_FUNDS:
        following = days[decline_count] if decline_count < len(days) else _LAST_MAY_WAIT
        first = day_of(planned, zone)
        pay_day = _pay_day(first, first + timedelta(days=following), terms.pay_days)
        planned += timedelta(days=(pay_day - first).days)
    if terms.retry_hour is None:
        return planned
    return _at_hour(planned, terms.retry_hour, zone, not_before=at + _LEAST_GAP)


def _pay_day(first: date, end: date, pay_days: Sequence[int]) -> date:
    """Return the first pay day from `first` on and before `end`; `first` itself without one."""
    day = first
    while day < end:
        last = monthrange(day.year, day.month)[1]
        if any(min(one, last) == day.day for one in pay_days):
            return day
        day += timedelta(days=1)
    return first


def _at_hour(planned: datetime, hour: int, zone: str, *, not_before: datetime) -> datetime:
    """Return that hour of the planned day; of the day after, where that comes too soon."""
    day = day_of(planned, zone)
    moved = datetime.combine(day, time(hour), ZoneInfo(zone))
    if moved < not_before:
        moved = datetime.combine(day + timedelta(days=1), time(hour), ZoneInfo(zone))
    return moved.astimezone(planned.tzinfo)
