"""Reminding: a table of days."""

from datetime import date, timedelta

import pytest

from khata.core.reminding import first_look_on, remind

DUE = date(2025, 3, 10)


@pytest.mark.parametrize(
    ("planned", "today", "is_due", "next_day"),
    [
        (1, 1, True, 7),
        (7, 7, True, 14),
        (14, 14, True, None),
        (1, 6, True, 7),  # nobody looked for five days
        (1, 10, True, 14),  # two passed: one is sent
        (1, 40, True, None),
        (2, 3, False, 7),  # the policy was another when this day was planned
    ],
)
def test_reminders_by_1_7_and_14(
    planned: int, today: int, is_due: bool, next_day: int | None
) -> None:
    told = remind(
        DUE,
        planned_on=DUE + timedelta(days=planned),
        today=DUE + timedelta(days=today),
        days=(1, 7, 14),
    )
    assert told.is_due is is_due
    assert told.next_on == (None if next_day is None else DUE + timedelta(days=next_day))


def test_the_order_of_the_days_does_not_matter() -> None:
    first = first_look_on(DUE)
    assert remind(DUE, planned_on=first, today=first, days=(14, 7)).next_on == date(2025, 3, 17)


def test_without_days_nothing_is_sent() -> None:
    first = first_look_on(DUE)
    assert first == date(2025, 3, 11)
    told = remind(DUE, planned_on=first, today=first, days=())
    assert (told.is_due, told.next_on) == (False, None)
