"""Proration: what a part of a period costs, when the whole period has a price."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from khata.core.money import half_up
from khata.core.periods import Period, start_of_day


class ProrationPolicy(StrEnum):
    """How a part of a period is measured. Source: docs/subscriptions.md."""

    BY_DAY = "by_day"  # days of the customer's calendar; the day of a change is the new plan's
    BY_SECOND = "by_second"  # seconds that pass, with the hour that clocks lose or gain
    FIXED_30 = "fixed_30"  # every month has 30 days
    NONE = "none"  # all or nothing


class PartOutsidePeriod(ValueError):
    """The part does not lie inside the period that has the price."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, counted in `unit` under `policy`."""

    policy: ProrationPolicy
    part: int
    whole: int
    unit: str  # "days", "seconds"

    def of(self, amount: int) -> int:
        """Return this share of an amount in minor units. Rounds: half up."""
        return half_up(amount * self.part, self.whole)

    @property
    def words(self) -> str:
        return f"{self.part} of {self.whole} {self.unit}"

    def told(self) -> dict[str, Any]:
        """Return the share as JSON may hold it."""
        return {
            "policy": self.policy.value,
            "part": self.part,
            "whole": self.whole,
            "unit": self.unit,
        }


def share_of(
    part: Period,
    *,
    full: Period,
    policy: ProrationPolicy = ProrationPolicy.BY_DAY,
    zone: str = "UTC",
    begins_at: datetime | None = None,
) -> Share:
    """Return which share of `full` its `part` is.

    `begins_at` is the instant inside the part's first day at which it begins; only seconds ask
    for it, and days belong to the part whole. `none` is all of what has a day left.
    Raises: PartOutsidePeriod. Source: docs/decisions/0019-a-change-credits-and-charges.md
    """
    if not full.contains(part):
        raise PartOutsidePeriod(f"{part} is not inside {full}")
    if policy is ProrationPolicy.BY_SECOND:
        opens = begins_at or start_of_day(part.start, zone)
        closes, first = start_of_day(part.end, zone), start_of_day(full.start, zone)
        whole = start_of_day(full.end, zone) - first
        return Share(
            policy,
            max(0, int((closes - opens).total_seconds())),
            int(whole.total_seconds()),
            "seconds",
        )
    if policy is ProrationPolicy.FIXED_30:
        whole_days = _days_of_30(full.start, full.end)
        begun = _days_of_30(full.start, part.start)
        ended = whole_days if part.end == full.end else _days_of_30(full.start, part.end)
        return Share(policy, max(0, ended - begun), whole_days, "days")
    if policy is ProrationPolicy.NONE:
        return Share(policy, 1 if part.days else 0, 1, "periods")
    return Share(policy, part.days, full.days, "days")


def _days_of_30(start: date, day: date) -> int:
    """Count days from `start` where every month has 30: whole months first, then what is left.

    A 31st is counted as the 30th; a month's last day stands for the days that the month has not.
    """
    months = (day.year - start.year) * 12 + day.month - start.month
    first, last = min(start.day, 30), min(day.day, 30)
    if last < first and day.day == monthrange(day.year, day.month)[1]:
        last = first
    return max(0, months * 30 + last - first)
