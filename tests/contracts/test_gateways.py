"""One exam for every gateway adapter: what khata relies on, whoever moves the money.

An adapter joins by a `Candidate` in candidates/.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from khata.core.dunning import DeclineClass
from khata.ports.gateway import (
    Answer,
    AnswerLost,
    ChargeRequest,
    IdUsedOtherwise,
    NotReached,
    Outcome,
    is_safe_again,
)
from tests.contracts.candidates.candidate import DAY, HOUR, Candidate
from tests.contracts.conftest import Asked

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)
LATER = AT + 10 * DAY  # whatever is pending has ended by then


def _seen(candidate: Candidate, request: ChargeRequest, at: datetime) -> Answer:
    answer = candidate.look_up(request, at)
    assert answer is not None
    return answer


def test_a_charge_takes_the_money_and_says_so(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    answer = candidate.ended(request, AT)
    assert answer.outcome is Outcome.SUCCEEDED
    assert answer.reference
    assert (answer.decline_class, answer.decline_code, answer.late_until) == (None, None, None)
    assert candidate.captured(request, LATER) == 1


def test_a_charge_says_how_much_it_took(candidate: Candidate, asked: Asked) -> None:
    answer = candidate.ended(asked("ok"), AT)
    assert (answer.amount, answer.currency) == (118_000, candidate.currency)
    assert answer.fee == candidate.fee


def test_the_same_id_again_gets_the_same_answer(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    first = candidate.ended(request, AT)
    assert candidate.charge(request, AT + 5 * HOUR + candidate.settles_within) == first
    assert candidate.captured(request, LATER) == 1


def test_the_same_id_from_many_threads_takes_once(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.set_clock(AT)

    def send(_: int) -> str | None:
        try:
            return candidate.gateway.charge(request, at=AT).reference
        except AnswerLost:  # the first one is still on its way there
            return None

    with ThreadPoolExecutor(8) as threads:
        told = set(threads.map(send, range(16)))
    assert len(told - {None}) == 1
    assert candidate.captured(request, LATER) == 1


def test_another_id_for_the_same_invoice_takes_again(candidate: Candidate, asked: Asked) -> None:
    """The gateway does not protect us from new ids: one open attempt per invoice is our rule."""
    request = asked("ok")
    candidate.ended(request, AT)
    again = candidate.told(replace(request, attempt_id=uuid4()))
    candidate.ended(again, AT + 3 * DAY)
    assert candidate.captured(request, LATER) == 2


@pytest.mark.parametrize("what", ["amount", "currency", "token"])
def test_one_id_for_two_different_charges_is_refused(
    candidate: Candidate, asked: Asked, what: str
) -> None:
    request = asked("ok")
    candidate.charge(request, AT)
    others: dict[str, ChargeRequest] = {
        "amount": replace(request, amount=118_001),
        "currency": replace(request, currency=candidate.other_currency),
        "token": replace(request, token=candidate.tokens["declined"]),
    }
    with pytest.raises(IdUsedOtherwise, match="other parameters"):
        candidate.charge(others[what], AT)
    assert candidate.captured(request, LATER) == 1


def test_what_was_never_sent_is_not_known(candidate: Candidate, asked: Asked) -> None:
    assert candidate.look_up(asked("ok"), AT) is None


def test_a_look_up_repeats_the_answer(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    answer = candidate.ended(request, AT)
    assert _seen(candidate, request, AT + candidate.settles_within + HOUR) == answer


def test_a_look_up_may_come_after_the_ids_are_forgotten(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    answer = candidate.ended(request, AT)
    assert _seen(candidate, request, AT + 60 * DAY).outcome is Outcome.SUCCEEDED
    assert _seen(candidate, request, AT + 60 * DAY).reference == answer.reference


def test_a_look_up_by_the_reference_finds_the_same(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    answer = candidate.ended(request, AT)
    found = candidate.gateway.look_up(request, reference=answer.reference, at=LATER)
    assert found == answer


def test_a_merchant_sees_only_its_own(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.ended(request, AT)
    assert candidate.as_stranger(request, LATER) is None


@pytest.mark.parametrize(
    ("behaviour", "decline_class"),
    [
        ("declined", DeclineClass.SOFT),
        ("insufficient_funds", DeclineClass.SOFT),
        ("declined_twice", DeclineClass.SOFT),
        ("lost_card", DeclineClass.HARD),
        ("expired_card", DeclineClass.HARD),
        ("mandate_gone", DeclineClass.MANDATE),
        ("authentication", DeclineClass.CUSTOMER_ACTION),
    ],
)
def test_a_decline_has_a_class_and_takes_nothing(
    candidate: Candidate, asked: Asked, behaviour: str, decline_class: DeclineClass
) -> None:
    request = asked(behaviour)
    answer = candidate.ended(request, AT)
    assert answer.outcome is Outcome.FAILED
    assert answer.decline_class is decline_class
    assert answer.decline_code
    assert answer.fee == 0
    assert candidate.captured(request, AT + 30 * DAY) == 0


def test_a_decline_told_again_is_the_same_decline(candidate: Candidate, asked: Asked) -> None:
    """Insufficient funds pass with the next attempt, never with the same one sent again."""
    request = asked("insufficient_funds")
    first = candidate.ended(request, AT)
    again = candidate.charge(request, AT + 5 * HOUR + candidate.settles_within)
    assert (again.outcome, again.decline_code) == (first.outcome, first.decline_code)
    assert candidate.captured(request, LATER) == 0


@pytest.mark.parametrize(
    ("behaviour", "declines"), [("insufficient_funds", 1), ("declined_twice", 2)]
)
def test_so_many_declines_for_each_invoice_then_paid(
    candidate: Candidate, asked: Asked, behaviour: str, declines: int
) -> None:
    for invoice in ("A-1", "A-2"):
        outcomes = [
            candidate.ended(asked(behaviour, invoice=invoice), AT).outcome
            for _ in range(declines + 1)
        ]
        assert outcomes == [Outcome.FAILED] * declines + [Outcome.SUCCEEDED]


def test_a_soft_decline_may_never_end(candidate: Candidate, asked: Asked) -> None:
    outcomes = {candidate.ended(asked("declined"), AT).outcome for _ in range(8)}
    assert outcomes == {Outcome.FAILED}


def test_an_answer_lost_after_capture_is_found(candidate: Candidate, asked: Asked) -> None:
    request = asked("timeout")
    with pytest.raises(AnswerLost):
        candidate.charge(request, AT)
    after = AT + candidate.settles_within + HOUR
    assert _seen(candidate, request, after).outcome is Outcome.SUCCEEDED
    assert candidate.charge(request, after).outcome is Outcome.SUCCEEDED
    assert candidate.captured(request, LATER) == 1


def test_an_answer_lost_before_capture_can_be_sent_again(
    candidate: Candidate, asked: Asked
) -> None:
    request = asked("timeout_before")
    with pytest.raises(AnswerLost):
        candidate.charge(request, AT)
    assert candidate.look_up(request, AT) is None
    assert candidate.captured(request, AT) == 0
    assert is_safe_again(candidate.gateway.capabilities, HOUR)
    assert candidate.ended(request, AT + HOUR).outcome is Outcome.SUCCEEDED
    assert candidate.captured(request, LATER) == 1


def test_what_did_not_reach_took_nothing(candidate: Candidate, asked: Asked) -> None:
    request = asked("down")
    for _ in range(2):
        with pytest.raises(NotReached):
            candidate.charge(request, AT)
    assert candidate.captured(request, AT) == 0
    assert candidate.ended(request, AT).outcome is Outcome.SUCCEEDED
    assert candidate.captured(request, LATER) == 1


def test_a_gateway_may_be_down_for_good(candidate: Candidate, asked: Asked) -> None:
    request = asked("never_reached")
    for _ in range(9):
        with pytest.raises(NotReached):
            candidate.charge(request, AT)
    assert candidate.captured(request, AT + 30 * DAY) == 0


@pytest.mark.parametrize(
    ("behaviour", "end", "captures"),
    [("pending", Outcome.SUCCEEDED, 1), ("pending_fails", Outcome.FAILED, 0)],
)
def test_pending_ends_in_its_time(
    candidate: Candidate, asked: Asked, behaviour: str, end: Outcome, captures: int
) -> None:
    request = asked(behaviour)
    answer = candidate.charge(request, AT)
    assert (answer.outcome, answer.fee, answer.decline_class) == (Outcome.PENDING, 0, None)
    until = AT + candidate.pending_for
    assert _seen(candidate, request, until - timedelta(seconds=1)).outcome is Outcome.PENDING
    assert _seen(candidate, request, until).outcome is end
    assert candidate.captured(request, until) == captures


def test_a_failed_pending_says_why(candidate: Candidate, asked: Asked) -> None:
    request = asked("pending_fails")
    candidate.charge(request, AT)
    answer = _seen(candidate, request, AT + candidate.pending_for)
    assert answer.decline_class is DeclineClass.SOFT
    assert answer.decline_code == "insufficient_funds"


def test_a_failure_may_turn_into_a_late_success(candidate: Candidate, asked: Asked) -> None:
    settles = candidate.gateway.capabilities.late_success
    assert (settles is None) == ("late_success" in candidate.knows_no)
    request = asked("late_success")
    assert settles is not None
    answer = candidate.ended(request, AT)
    assert answer.outcome is Outcome.FAILED
    assert answer.late_until is not None
    assert AT + settles <= answer.late_until <= AT + settles + candidate.settles_within
    turns = AT + candidate.settles_within + candidate.late_after
    assert _seen(candidate, request, turns - HOUR).outcome is Outcome.FAILED
    late = _seen(candidate, request, turns)
    assert (late.outcome, late.fee) == (Outcome.SUCCEEDED, candidate.fee)
    assert candidate.captured(request, turns) == 1


def test_a_hard_decline_does_not_come_late(candidate: Candidate, asked: Asked) -> None:
    if candidate.gateway.capabilities.late_success is None:
        assert candidate.ended(asked("declined"), AT).late_until is None
    assert candidate.ended(asked("lost_card"), AT).late_until is None


def test_tokens_are_known_or_not(candidate: Candidate) -> None:
    candidate.set_clock(AT)
    for token in candidate.tokens.values():
        method = candidate.gateway.read_method(token, holder=candidate.holder)
        assert method is not None
        assert method.token == token
        assert method.kind in candidate.gateway.capabilities.kinds
    for token in (candidate.unknown_token, "", " "):
        assert candidate.gateway.read_method(token, holder=candidate.holder) is None


def test_the_third_invoice_and_all_later_ones_are_declined(
    candidate: Candidate, asked: Asked
) -> None:
    outcomes = [
        candidate.ended(asked("ok_then_declined_3", invoice=invoice), AT + n * 2 * DAY).outcome
        for n, invoice in enumerate(("B-1", "B-2", "B-3", "B-3", "B-4"))
    ]
    assert outcomes == [Outcome.SUCCEEDED] * 2 + [Outcome.FAILED] * 3


def test_the_answer_carries_the_reference_everywhere(candidate: Candidate, asked: Asked) -> None:
    references = set()
    for behaviour in ("ok", "declined", "lost_card"):
        request = asked(behaviour)
        answer = candidate.charge(request, AT)
        assert answer.reference == _seen(candidate, request, AT + 5 * DAY).reference
        references.add(answer.reference)
    assert len(references - {None}) == 3


def test_ids_are_ours(candidate: Candidate, asked: Asked) -> None:
    """Whatever id we choose is the one it is found by, also the smallest and the largest."""
    for value in (UUID(int=0), UUID(int=2**128 - 1)):
        request = asked("ok", attempt_id=value)
        answer = candidate.ended(request, AT)
        assert _seen(candidate, request, LATER) == answer


def test_what_it_cannot_charge_is_told_without_a_call(candidate: Candidate) -> None:
    assert candidate.gateway.obstacle(118_000, candidate.currency) is None
    currencies = candidate.gateway.capabilities.currencies
    if currencies is not None:
        assert "XTS" not in currencies
        assert candidate.gateway.obstacle(100, "XTS") == "currency_not_supported"


def test_a_day_s_payments_are_listed(candidate: Candidate, asked: Asked) -> None:
    paid, declined = asked("ok"), asked("declined", invoice="00002")
    answer = candidate.ended(paid, AT)
    candidate.ended(declined, AT)
    candidate.set_clock(AT + candidate.settles_within + candidate.listed_within)
    listed = list(candidate.gateway.payments_between(AT - HOUR, AT + 3 * DAY))
    found = {one.attempt_id: one for one in listed}
    seen = found[paid.attempt_id]
    assert (seen.outcome, seen.amount, seen.fee) == (Outcome.SUCCEEDED, 118_000, candidate.fee)
    assert (seen.reference, seen.currency) == (answer.reference, candidate.currency)
    if declined.attempt_id in found:
        assert found[declined.attempt_id].outcome is Outcome.FAILED
    early = candidate.gateway.payments_between(AT - 3 * DAY, AT - 2 * DAY)
    assert paid.attempt_id not in {one.attempt_id for one in early}
