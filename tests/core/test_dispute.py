"""Disputes: which moves there are, what money is booked, and when somebody is warned."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from khata.core.dispute import (
    Dispute,
    DisputeEnded,
    DisputeStatus,
    MoneyKind,
    Moved,
    PaymentDisputed,
    SeenDispute,
    check_answerable,
    check_refundable,
    moved,
    next_look,
    next_status,
    should_stand,
    warnings_due,
)
from khata.core.evidence import (
    LARGEST_FILE,
    Evidence,
    EvidenceFile,
    EvidenceText,
    NotEvidence,
    Topic,
    check_evidence,
)
from khata.core.ledger.booking_disputes import dispute_moved

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = AT + 10 * DAY
S = DisputeStatus


@pytest.mark.parametrize(
    ("was", "told", "now"),
    [
        (S.NEEDS_RESPONSE, S.UNDER_REVIEW, S.UNDER_REVIEW),
        (S.UNDER_REVIEW, S.NEEDS_RESPONSE, S.NEEDS_RESPONSE),  # a next phase asks again
        (S.WARNING_NEEDS_RESPONSE, S.NEEDS_RESPONSE, S.NEEDS_RESPONSE),
        (S.NEEDS_RESPONSE, S.WARNING_NEEDS_RESPONSE, S.NEEDS_RESPONSE),
        (S.WON, S.UNDER_REVIEW, S.WON),
        (S.LOST, S.NEEDS_RESPONSE, S.LOST),
        (S.LOST, S.WON, S.WON),  # the last court
        (S.WON, S.LOST, S.LOST),
        (S.CLOSED, S.CLOSED, S.CLOSED),
    ],
)
def test_it_moves_forward(was: S, told: S, now: S) -> None:
    assert next_status(was, told) is now


def told(moves: tuple[Moved, ...]) -> list[tuple[str, int]]:
    return [(one.kind.value, one.amount) for one in moves]


@pytest.mark.parametrize(
    ("was", "to", "moves"),
    [
        ((0, 0, 0), (118_000, 0, 1_500), [("withdrawn", 118_000), ("fee", 1_500)]),
        ((118_000, 0, 1_500), (118_000, 0, 1_500), []),
        ((118_000, 0, 0), (0, 118_000, 0), [("lost", 118_000)]),
        ((118_000, 0, 0), (0, 0, 0), [("reinstated", 118_000)]),
        ((0, 0, 0), (0, 118_000, 0), [("withdrawn", 118_000), ("lost", 118_000)]),
        ((0, 118_000, 0), (0, 0, 0), [("regained", 118_000), ("reinstated", 118_000)]),
        ((118_000, 0, 0), (0, 18_000, 0), [("reinstated", 100_000), ("lost", 18_000)]),
        ((0, 0, 1_500), (0, 0, 0), [("fee_returned", 1_500)]),
    ],
)
def test_what_is_booked_is_the_difference(
    was: tuple[int, int, int], to: tuple[int, int, int], moves: list[tuple[str, int]]
) -> None:
    held, lost, fee = was
    found = moved(held=held, lost=lost, fee=fee, to_held=to[0], to_lost=to[1], to_fee=to[2])
    assert told(found) == moves


def test_in_whatever_order_it_is_told_the_books_come_to_the_same() -> None:
    """Withdrawn, won, given back; each told twice, in every order that a gateway may answer."""
    stages = [(118_000, 0, 1_500), (0, 0, 1_500), (0, 118_000, 1_500)]
    for order in permutations([*stages, *stages]):
        books = {"held": 0, "lost": 0, "fee": 0, "clearing": 0}
        for held, lost, fee in order:
            steps = moved(
                held=books["held"],
                lost=books["lost"],
                fee=books["fee"],
                to_held=held,
                to_lost=lost,
                to_fee=fee,
            )
            for one in steps:
                entry = dispute_moved(
                    id=uuid4(), money_id=uuid4(), on=AT.date(), currency="INR", moved=one
                )
                assert entry.postings[0].amount == one.amount
                books["clearing"] += {
                    MoneyKind.WITHDRAWN: -one.amount,
                    MoneyKind.REINSTATED: one.amount,
                    MoneyKind.FEE: -one.amount,
                    MoneyKind.FEE_RETURNED: one.amount,
                }.get(one.kind, 0)
            books |= {"held": held, "lost": lost, "fee": fee}
            assert books["clearing"] == -(held + lost + fee)


def seen(status: S, taken: int) -> SeenDispute:
    return SeenDispute("du_1", "pi_1", 118_000, "INR", status, "fraudulent", AT, taken=taken)


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        (S.NEEDS_RESPONSE, (118_000, 0)),
        (S.WON, (118_000, 0)),  # it is to come back, and has not yet
        (S.LOST, (0, 118_000)),
        (S.CLOSED, (0, 118_000)),
    ],
)
def test_what_is_taken_is_held_until_it_is_lost(status: S, stands: tuple[int, int]) -> None:
    assert should_stand(seen(status, 118_000), status) == stands


@pytest.mark.parametrize(
    ("status", "at", "warnings"),
    [
        (S.NEEDS_RESPONSE, DUE - 3 * DAY - timedelta(seconds=1), 0),
        (S.NEEDS_RESPONSE, DUE - 3 * DAY, 1),
        (S.NEEDS_RESPONSE, DUE - DAY, 2),
        (S.NEEDS_RESPONSE, DUE, 0),  # too late for a warning
        (S.WARNING_NEEDS_RESPONSE, DUE - DAY, 2),
        (S.UNDER_REVIEW, DUE - DAY, 0),
        (S.WON, DUE - DAY, 0),
    ],
)
def test_a_warning_is_due_three_days_and_one_day_before(
    status: S, at: datetime, warnings: int
) -> None:
    assert warnings_due(status, DUE, at) == warnings


def kept(**different: object) -> Dispute:
    facts: dict[str, object] = {
        "id": uuid4(),
        "account_id": uuid4(),
        "gateway": "paper",
        "reference": "du_1",
        "attempt_id": uuid4(),
        "payment_id": uuid4(),
        "invoice_id": uuid4(),
        "customer_id": uuid4(),
        "amount": 118_000,
        "currency": "INR",
        "reason": "fraudulent",
        "phase": None,
        "status": S.NEEDS_RESPONSE,
        "due_by": DUE,
        "above": 0,
        "held": 118_000,
        "lost": 0,
        "fee": 0,
        "warned": 0,
        "accepted_at": None,
        "evidence_sent_at": None,
        "next_look_at": None,
        "opened_at": AT,
        "closed_at": None,
        "created_at": AT,
    }
    return Dispute(**(facts | different))  # type: ignore[arg-type]


def test_an_open_one_is_looked_at_daily_and_when_a_warning_is_due() -> None:
    assert next_look(kept(), AT) == AT + DAY
    assert next_look(kept(), DUE - 3 * DAY - timedelta(hours=1)) == DUE - 3 * DAY
    assert next_look(kept(), DUE - DAY - timedelta(hours=1)) == DUE - DAY
    assert next_look(kept(status=S.WON), AT) == AT + DAY  # until the money is back
    assert next_look(kept(status=S.WON, held=0), AT) is None
    assert next_look(kept(status=S.LOST, held=0, lost=118_000), AT) is None
    assert next_look(kept(), AT + 201 * DAY) is None


def test_only_what_awaits_an_answer_is_answered() -> None:
    check_answerable(kept())
    for status in set(S) - {S.NEEDS_RESPONSE, S.WARNING_NEEDS_RESPONSE}:
        with pytest.raises(DisputeEnded):
            check_answerable(kept(status=status))


@pytest.mark.parametrize(
    ("different", "refused"),
    [
        ({}, True),
        ({"status": S.LOST, "held": 0, "lost": 118_000}, True),
        ({"status": S.WON}, True),  # not back yet
        ({"status": S.WON, "held": 0}, False),
        ({"status": S.CLOSED, "held": 0}, False),
    ],
)
def test_a_refund_beside_a_dispute_would_give_it_back_twice(
    different: dict[str, object], refused: bool
) -> None:
    if refused:
        with pytest.raises(PaymentDisputed, match=r"1180\.00 INR of this payment are disputed"):
            check_refundable(kept(**different))
    else:
        check_refundable(kept(**different))


PDF = EvidenceFile(Topic.OTHER, "a.pdf", "application/pdf", b"%PDF-1.7 and so on")
TEXT = EvidenceText(Topic.EXPLANATION, "It was used.")


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence((), ()),
        Evidence((TEXT,) * 21, ()),
        Evidence((replace(TEXT, text="x" * 20_001),), ()),
        Evidence((), (replace(PDF, content=b"<html>"),)),
        Evidence((), (replace(PDF, media_type="text/html"),)),
        Evidence((), (replace(PDF, content=b"%PDF-" + b"x" * LARGEST_FILE),)),
        Evidence((), (replace(PDF, media_type="image/png"),)),
    ],
)
def test_what_is_no_evidence(evidence: Evidence) -> None:
    with pytest.raises(NotEvidence):
        check_evidence(evidence)


def test_several_texts_are_told_under_their_topics() -> None:
    check_evidence(Evidence((TEXT,), (PDF,)))
    assert Evidence((TEXT,), ()).words == "It was used."
    more = EvidenceText(Topic.ACTIVITY_LOG, "Logged in on 3 March.")
    assert Evidence((TEXT, more), ()).words == (
        "Explanation: It was used.\n\nActivity log: Logged in on 3 March."
    )
