"""The table of moves: what may become what, and what a move takes away."""

import pytest

from khata.core.subscription import (
    BILLED,
    COUNTED,
    MOVES,
    MoveNotAllowed,
    Status,
    move,
    mrr_reason,
)
from tests.core.agreements import AT, id_of, subscription

ALLOWED = {
    "incomplete": "trialing active canceled",
    "trialing": "active paused canceled",
    "active": "past_due unpaid paused canceled",
    "past_due": "active unpaid paused canceled",
    "unpaid": "active paused canceled",
    "paused": "trialing active canceled",
    "canceled": "",
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("to", Status)
def test_every_move_is_allowed_or_refused_by_the_table(status: Status, to: Status) -> None:
    before = subscription(status=status)
    if to in ALLOWED[status].split():
        after, kept = move(before, to, id=id_of(9), cause="why", actor="who", at=AT)
        assert after.status is to
        assert (kept.from_status, kept.to_status, kept.cause) == (status, to, "why")
        assert (after.next_billing_at is None) is (to not in BILLED)
        assert after.mrr == (before.mrr if to in COUNTED else 0)
    else:
        with pytest.raises(MoveNotAllowed, match=f"is {status} cannot become {to}"):
            move(before, to, id=id_of(9), cause="why", actor="who", at=AT)


def test_all_states_stand_in_the_table_and_all_but_the_first_are_reached() -> None:
    assert set(MOVES) == set(Status)
    assert frozenset().union(*MOVES.values()) == set(Status) - {Status.INCOMPLETE}


@pytest.mark.parametrize(
    ("status", "to", "actor", "reason"),
    [
        ("incomplete", "active", "schedule", "started"),
        ("trialing", "active", "schedule", "started"),
        ("active", "paused", "api", "paused"),
        ("active", "canceled", "api", "voluntary"),
        ("active", "canceled", "schedule", "voluntary"),
        ("past_due", "canceled", "dunning", "involuntary"),
        ("past_due", "unpaid", "dunning", "involuntary"),
        ("unpaid", "active", "payment", "resumed"),
        ("paused", "active", "api", "resumed"),
    ],
)
def test_why_mrr_moved(status: str, to: str, actor: str, reason: str) -> None:
    before = subscription(status=Status(status))
    _, made = move(before, Status(to), id=id_of(9), cause="why", actor=actor, at=AT)
    assert mrr_reason(made) == reason
