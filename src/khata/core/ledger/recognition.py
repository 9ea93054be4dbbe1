"""Recognition: what a line has earned by a day, straight-line over its period."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from khata.core.money import half_up
from khata.core.periods import Period


@dataclass(frozen=True, slots=True)
class Unearned:
    """An invoice line, earned up to, not including, `until`. `amount` is net, in minor units.

    A line of a credit note, named by `credit_line_id`, is one whose amount is negative: of the
    days that were taken back nothing is earned.
    """

    invoice_id: UUID
    position: int
    currency: str
    amount: int
    period: Period
    until: date
    credit_line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Earned:
    """A part of a line's amount, earned up to, not including, `until`."""

    invoice_id: UUID
    position: int
    amount: int
    until: date
    credit_line_id: UUID | None = None


def earned_until(day: date, line: Unearned) -> Earned:
    """Return what the line earned since it was last recognised, up to, not including, `day`.

    Rounds: half up, as the difference of two running totals, so the parts of all months add up
    to the line. Source: Ind AS 115, 39-45 (straight-line over time for a service).
    """
    until = min(max(day, line.until), line.period.end)
    return Earned(
        line.invoice_id,
        line.position,
        _until(until, line) - _until(line.until, line),
        until,
        line.credit_line_id,
    )


def _until(day: date, line: Unearned) -> int:
    return half_up(line.amount * (day - line.period.start).days, line.period.days)
