"""Reminding: on which days after its due date a customer hears of an invoice again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Reminding:
    """Whether the customer is to hear of it today, and when it is looked at again."""

    is_due: bool
    next_on: date | None


def first_look_on(due_on: date) -> date:
    """Return the first day on which an invoice is overdue: the one after its due date."""
    return due_on + timedelta(days=1)


def remind(due_on: date, *, planned_on: date, today: date, days: Sequence[int]) -> Reminding:
    """Decide the reminder of an overdue invoice that was planned for a day and is due today.

    `days` are days after the due date. With 1, 7, 14 an invoice due on 10 March is told of on
    11, 17 and 24 March. Of those that passed while nobody looked, one is sent.
    """
    planned, now = (planned_on - due_on).days, (today - due_on).days
    passed = [day for day in days if planned <= day <= now]
    ahead = min((day for day in days if day > now), default=None)
    return Reminding(bool(passed), None if ahead is None else due_on + timedelta(days=ahead))
