"""Cycles: the stretches of days within which a mandate may be debited once."""

from datetime import date
from typing import Final

from khata.core.mandate_terms import Frequency
from khata.core.periods import Interval, Period, Unit, period_containing

_LENGTHS: Final = {
    Frequency.DAILY: Interval(Unit.DAY),
    Frequency.WEEKLY: Interval(Unit.WEEK),
    Frequency.FORTNIGHTLY: Interval(Unit.WEEK, 2),
    Frequency.MONTHLY: Interval(Unit.MONTH),
    Frequency.BIMONTHLY: Interval(Unit.MONTH, 2),
    Frequency.QUARTERLY: Interval(Unit.MONTH, 3),
    Frequency.HALF_YEARLY: Interval(Unit.MONTH, 6),
    Frequency.YEARLY: Interval(Unit.YEAR),
}


def cycle_of(frequency: Frequency, *, start: date, day: date) -> Period | None:
    """Return the cycle that a day lies in, counted from the day the mandate began.

    None: the mandate is debited as presented, and each invoice is a cycle of its own.
    A monthly mandate of 31 January has cycles from 31 January, 28 February, 31 March.
    """
    length = _LENGTHS.get(frequency)
    return None if length is None else period_containing(day, anchor=start, interval=length)
