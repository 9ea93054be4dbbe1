"""What happened, told in order: each kind of fact by its sentence."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from khata.core.story import (
    ChangeFact,
    EndingFact,
    Fact,
    FailedTry,
    InvoiceFact,
    MoveFact,
    NoteFact,
    tell_story,
)

NOON = datetime(2026, 1, 31, 6, 30, tzinfo=UTC)
LATER = NOON + timedelta(days=3)
ONE = UUID(int=1)


def invoice(**different: Any) -> InvoiceFact:
    facts: dict[str, Any] = {
        "id": ONE, "number": "INV/1", "status": "open", "currency": "INR", "total": 118_000,
        "created_at": NOON,
        "paid_at": None, "voided_at": None, "written_off_at": None,
    }  # fmt: skip
    return InvoiceFact(**(facts | different))


def change(status: str, **different: Any) -> ChangeFact:
    facts: dict[str, Any] = {
        "id": ONE, "kind": "items", "effective_on": date(2026, 3, 1), "outcome": None,
        "failure": None, "actor": "api", "created_at": NOON, "finished_at": None,
    }  # fmt: skip
    return ChangeFact(status=status, **(facts | different))


BOTH = {
    "before": [{"plan": "Pro", "quantity": 1}],
    "after": [{"plan": "Team", "quantity": 1}, {"plan": "Seat", "quantity": 4}],
}


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (MoveFact(None, "incomplete", "created", "api", NOON),
         [("Was agreed", "created, by api")]),
        (MoveFact("trialing", "active", "trial ended", "schedule", NOON),
         [("Became active", "Trialing before; trial ended, by schedule")]),
        (MoveFact("past_due", "active", "paid", "payment", NOON),
         [("Became active again: it is paid", "Past due before; paid, by payment")]),
        (invoice(), [("Invoice INV/1 of ₹1,180.00", "open")]),
        (invoice(currency="USD", total=1200), [("Invoice INV/1 of $12.00", "open")]),
        (invoice(status="paid", paid_at=LATER),
         [("Invoice INV/1 of ₹1,180.00", "paid"), ("Invoice INV/1 was paid", "₹1,180.00")]),
        (invoice(status="paid", paid_at=NOON), [("Invoice INV/1 of ₹1,180.00", "paid")]),
        (invoice(status="void", voided_at=LATER),
         [("Invoice INV/1 of ₹1,180.00", "void"), ("Invoice INV/1 was voided", "₹1,180.00")]),
        (FailedTry(ONE, 2, "INR", 118_000, "insufficient_funds", NOON),
         [("A payment of ₹1,180.00 failed (try 2)",
           "There was not enough money in the account.")]),
        (NoteFact(ONE, "CN/1", "INV/1", "INR", 59_000, "Days not used", NOON),
         [("Credit note CN/1 of ₹590.00", "Days not used; against invoice INV/1")]),
        (change("applied", finished_at=NOON, outcome=BOTH),
         [("A change of plans was made", "from Pro to Team and 4 × Seat")]),
        (change("scheduled"), [("A change of plans was scheduled for 1 March 2026", "by api")]),
        (change("applied", finished_at=LATER),
         [("A change of plans was scheduled for 1 March 2026", "by api"),
          ("A change of plans was made", "as scheduled")]),
        (change("failed", finished_at=LATER, failure="The plan is gone", kind="pause"),
         [("A pause was scheduled for 1 March 2026", "by api"),
          ("A pause could not be made", "The plan is gone")]),
        (EndingFact(date(2026, 2, 28), NOON),
         [("Was set to end on 28 February 2026", "until then it goes on")]),
        (EndingFact(None, NOON), [("Its end was taken back", "it goes on")]),
    ],
)  # fmt: skip
def test_each_fact_has_its_sentence(fact: Fact, told: list[tuple[str, str]]) -> None:
    assert [(one.text, one.detail) for one in tell_story([fact])] == told


def test_of_one_instant_what_began_comes_before_what_it_brought() -> None:
    facts: list[Fact] = [
        FailedTry(ONE, 1, "INR", 118_000, None, NOON),
        invoice(),
        MoveFact("active", "past_due", "payment failed", "dunning", NOON),
        MoveFact("incomplete", "active", "started", "schedule", NOON),
        MoveFact(None, "incomplete", "created", "api", NOON),
    ]
    assert [one.text.partition(" ")[0] + " " + one.text.split()[1] for one in tell_story(
        facts
    )] == ["Was agreed", "Became active", "Invoice INV/1", "A payment", "Became past"]  # fmt: skip
