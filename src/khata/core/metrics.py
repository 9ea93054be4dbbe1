"""Metrics: monthly recurring revenue, how it moves from day to day, and the rates told of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from khata.core.money import half_up
from khata.core.periods import Interval, Unit

# Months in one unit, as a fraction: 52 weeks and 365 days are twelve months.
_MONTHS = {Unit.DAY: (12, 365), Unit.WEEK: (12, 52), Unit.MONTH: (1, 1), Unit.YEAR: (12, 1)}


def months_of(interval: Interval) -> Fraction:
    """Return how many months an interval has, to compare prices by: 52 weeks are twelve."""
    months, per = _MONTHS[interval.unit]
    return Fraction(months * interval.count, per)


def mrr_of_item(
    amount: int, interval: Interval, *, tax_numerator: int = 0, tax_denominator: int = 1
) -> int:
    """Return the monthly recurring revenue of one subscription item.

    `amount` is quantity times price for one interval, before tax. When the price holds its tax,
    name the whole tax rate as a fraction and it is taken out first: 18 % is 18/100.
    Units:  minor units a month.
    Rounds: half up, once.
    """
    months, per = _MONTHS[interval.unit]
    # amount × d/(d + n) of it is net; one month is per/(months × count) of the interval.
    return half_up(
        amount * tax_denominator * per,
        (tax_denominator + tax_numerator) * months * interval.count,
    )


@dataclass(frozen=True, slots=True)
class MrrChange:
    """One customer's MRR rises or falls by `delta` on a day of the tenant's calendar.

    `reason` says why: started, changed, resumed, voluntary, involuntary, paused, expired.
    """

    customer_id: UUID
    currency: str
    day: date
    delta: int
    reason: str


class Movement(StrEnum):
    """What a day's change of a customer's MRR is called."""

    NEW = "new"
    REACTIVATION = "reactivation"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"


def classify(before: int, after: int, *, paid_before: bool) -> Movement | None:
    """Name the movement between the ends of two days, or None when nothing moved.

    `paid_before`: the MRR was above 0 at the end of some earlier day.
    """
    if before == after:
        return None
    if before == 0:
        return Movement.REACTIVATION if paid_before else Movement.NEW
    if after == 0:
        return Movement.CHURN
    return Movement.EXPANSION if after > before else Movement.CONTRACTION


@dataclass(frozen=True, slots=True)
class Movements:
    """The movements of one month in one currency; every figure is positive."""

    month: date
    currency: str
    start: int
    new: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0

    @property
    def end(self) -> int:
        """The MRR at the month's end: what it began with, plus what came, less what went."""
        came = self.new + self.reactivation + self.expansion
        return self.start + came - self.contraction - self.churn

    @property
    def gross_churn(self) -> str | None:
        return percent(self.churn + self.contraction, self.start)

    @property
    def net_churn(self) -> str | None:
        lost = self.churn + self.contraction - self.expansion - self.reactivation
        return percent(lost, self.start)

    @property
    def quick_ratio(self) -> Fraction | None:
        lost = self.contraction + self.churn
        return Fraction(self.new + self.reactivation + self.expansion, lost) if lost else None


def percent(part: int, whole: int) -> str | None:
    """Spell part / whole in percent with two decimals, or None when there is no whole.

    Rounds: half up.
    """
    if whole == 0:
        return None
    sign = "-" if (part < 0) != (whole < 0) and part else ""
    hundredths = half_up(10_000 * abs(part), abs(whole))
    return f"{sign}{hundredths // 100}.{hundredths % 100:02}"


def customer_churn(at_start: Iterable[UUID], at_end: Iterable[UUID]) -> str | None:
    """Return the percent of customers paying at the start who do not pay at the end.

    Who came and left inside the period is in neither set, and so not in the rate.
    """
    paying = set(at_start)
    return percent(len(paying - set(at_end)), len(paying))
