"""One exam for every gateway adapter: what khata relies on, whoever moves the money.

An adapter joins by a `Candidate` in conftest.py.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.dunning import DeclineClass
from khata.db.embedded.provision import Urls
from khata.ports.gateway import Answer, AnswerLost, ChargeRequest, NotReached, Outcome
from tests.contracts.conftest import Asked, Candidate

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _seen(candidate: Candidate, request: ChargeRequest, at: datetime) -> Answer:
    answer = candidate.gateway.look_up(request.attempt_id, merchant=request.merchant, at=at)
    assert answer is not None
    return answer


def test_a_charge_takes_the_money_and_says_so(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    answer = candidate.gateway.charge(request, at=AT)
    assert answer.outcome is Outcome.SUCCEEDED
    assert answer.reference
    assert (answer.decline_class, answer.decline_code, answer.late_until) == (None, None, None)
    assert candidate.captured(request, AT) == 1


@pytest.mark.parametrize(
    ("amount", "fee"),
    [(118_000, 2_360), (100, 2), (25, 1), (24, 0), (75, 2), (1, 0), (10**13, 2 * 10**11)],
)
def test_the_fake_takes_two_percent_half_up(urls: Urls, amount: int, fee: int) -> None:
    gateway = FakeGateway(urls.app)
    request = ChargeRequest(uuid4(), str(uuid4()), "c", "tok_ok", amount, "INR", "Invoice 1", "1")
    assert gateway.charge(request, at=AT).fee == fee
    gateway.close()


def test_the_same_id_again_gets_the_same_answer(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    first = candidate.gateway.charge(request, at=AT)
    assert candidate.gateway.charge(request, at=AT + DAY) == first
    assert candidate.captured(request, AT + DAY) == 1


def test_the_same_id_from_many_threads_takes_once(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: candidate.gateway.charge(request, at=AT), range(16)))
    assert {answer.reference for answer in answers} == {answers[0].reference}
    assert candidate.captured(request, AT) == 1


def test_another_id_for_the_same_invoice_takes_again(candidate: Candidate, asked: Asked) -> None:
    """The gateway does not protect us from new ids: one open attempt per invoice is our rule."""
    request = asked("ok")
    candidate.gateway.charge(request, at=AT)
    candidate.gateway.charge(replace(request, attempt_id=uuid4()), at=AT)
    assert candidate.captured(request, AT) == 2


@pytest.mark.parametrize("change", [{"amount": 118_001}, {"currency": "USD"}, {"token": "tok_x"}])
def test_one_id_for_two_different_charges_is_refused(
    candidate: Candidate, asked: Asked, change: dict[str, object]
) -> None:
    request = asked("ok")
    candidate.gateway.charge(request, at=AT)
    with pytest.raises(ValueError, match="other parameters"):
        candidate.gateway.charge(replace(request, **change), at=AT)  # type: ignore[arg-type]
    assert candidate.captured(request, AT) == 1


def test_what_was_never_sent_is_not_known(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    assert candidate.gateway.look_up(request.attempt_id, merchant=request.merchant, at=AT) is None


def test_a_look_up_repeats_the_answer(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    answer = candidate.gateway.charge(request, at=AT)
    assert _seen(candidate, request, AT + DAY) == answer


def test_a_merchant_sees_only_its_own(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.gateway.charge(request, at=AT)
    stranger = str(uuid4())
    assert candidate.gateway.look_up(request.attempt_id, merchant=stranger, at=AT) is None


@pytest.mark.parametrize(
    ("behaviour", "decline_class"),
    [
        ("declined", DeclineClass.SOFT),
        ("insufficient_funds", DeclineClass.SOFT),
        ("declined_twice", DeclineClass.SOFT),
        ("lost_card", DeclineClass.HARD),
        ("expired_card", DeclineClass.HARD),
    ],
)
def test_a_decline_has_a_class_and_takes_nothing(
    candidate: Candidate, asked: Asked, behaviour: str, decline_class: DeclineClass
) -> None:
    request = asked(behaviour)
    answer = candidate.gateway.charge(request, at=AT)
    assert answer.outcome is Outcome.FAILED
    assert answer.decline_class is decline_class
    assert answer.decline_code
    assert answer.fee == 0
    assert candidate.captured(request, AT + 30 * DAY) == 0


def test_a_decline_told_again_is_the_same_decline(candidate: Candidate, asked: Asked) -> None:
    """Insufficient funds pass with the next attempt, never with the same one sent again."""
    request = asked("insufficient_funds")
    first = candidate.gateway.charge(request, at=AT)
    assert candidate.gateway.charge(request, at=AT + DAY) == first
    assert candidate.captured(request, AT + DAY) == 0


@pytest.mark.parametrize(
    ("behaviour", "declines"), [("insufficient_funds", 1), ("declined_twice", 2)]
)
def test_so_many_declines_for_each_invoice_then_paid(
    candidate: Candidate, asked: Asked, behaviour: str, declines: int
) -> None:
    for invoice in ("A-1", "A-2"):
        outcomes = [
            candidate.gateway.charge(asked(behaviour, invoice=invoice), at=AT).outcome
            for _ in range(declines + 1)
        ]
        assert outcomes == [Outcome.FAILED] * declines + [Outcome.SUCCEEDED]


def test_a_soft_decline_may_never_end(candidate: Candidate, asked: Asked) -> None:
    outcomes = {candidate.gateway.charge(asked("declined"), at=AT).outcome for _ in range(8)}
    assert outcomes == {Outcome.FAILED}


def test_an_answer_lost_after_capture_is_found(candidate: Candidate, asked: Asked) -> None:
    request = asked("timeout")
    with pytest.raises(AnswerLost):
        candidate.gateway.charge(request, at=AT)
    assert _seen(candidate, request, AT).outcome is Outcome.SUCCEEDED
    assert candidate.gateway.charge(request, at=AT + HOUR).outcome is Outcome.SUCCEEDED
    assert candidate.captured(request, AT + HOUR) == 1


def test_an_answer_lost_before_capture_can_be_sent_again(
    candidate: Candidate, asked: Asked
) -> None:
    request = asked("timeout_before")
    with pytest.raises(AnswerLost):
        candidate.gateway.charge(request, at=AT)
    assert candidate.gateway.look_up(request.attempt_id, merchant=request.merchant, at=AT) is None
    assert candidate.captured(request, AT) == 0
    assert candidate.gateway.charge(request, at=AT + HOUR).outcome is Outcome.SUCCEEDED
    assert candidate.captured(request, AT + HOUR) == 1


def test_what_did_not_reach_took_nothing(candidate: Candidate, asked: Asked) -> None:
    request = asked("down")
    for _ in range(2):
        with pytest.raises(NotReached):
            candidate.gateway.charge(request, at=AT)
    assert candidate.captured(request, AT) == 0
    assert candidate.gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED
    assert candidate.captured(request, AT) == 1


def test_a_gateway_may_be_down_for_good(candidate: Candidate, asked: Asked) -> None:
    request = asked("never_reached")
    for _ in range(9):
        with pytest.raises(NotReached):
            candidate.gateway.charge(request, at=AT)
    assert candidate.captured(request, AT + 30 * DAY) == 0


@pytest.mark.parametrize(
    ("behaviour", "end", "captures"),
    [("pending", Outcome.SUCCEEDED, 1), ("pending_fails", Outcome.FAILED, 0)],
)
def test_pending_ends_after_an_hour(
    candidate: Candidate, asked: Asked, behaviour: str, end: Outcome, captures: int
) -> None:
    request = asked(behaviour)
    answer = candidate.gateway.charge(request, at=AT)
    assert (answer.outcome, answer.fee, answer.decline_class) == (Outcome.PENDING, 0, None)
    just_before = AT + HOUR - timedelta(microseconds=1)
    assert _seen(candidate, request, just_before).outcome is Outcome.PENDING
    assert _seen(candidate, request, AT + HOUR).outcome is end
    assert candidate.captured(request, AT + HOUR) == captures


def test_a_failed_pending_says_why(candidate: Candidate, asked: Asked) -> None:
    request = asked("pending_fails")
    candidate.gateway.charge(request, at=AT)
    answer = _seen(candidate, request, AT + HOUR)
    assert answer.decline_class is DeclineClass.SOFT
    assert answer.decline_code == "insufficient_funds"


def test_a_failure_may_turn_into_a_late_success(candidate: Candidate, asked: Asked) -> None:
    settles = candidate.gateway.capabilities.late_success
    assert settles is not None
    request = asked("late_success")
    answer = candidate.gateway.charge(request, at=AT)
    assert answer.outcome is Outcome.FAILED
    assert answer.late_until == AT + settles
    assert _seen(candidate, request, AT + 2 * DAY - HOUR).outcome is Outcome.FAILED
    late = _seen(candidate, request, AT + 2 * DAY)
    assert (late.outcome, late.fee) == (Outcome.SUCCEEDED, 2_360)
    assert candidate.captured(request, AT + 2 * DAY) == 1


def test_only_what_may_come_late_says_so(candidate: Candidate, asked: Asked) -> None:
    assert candidate.gateway.charge(asked("declined"), at=AT).late_until is None
    assert candidate.gateway.charge(asked("lost_card"), at=AT).late_until is None


def test_tokens_are_known_or_not(candidate: Candidate) -> None:
    assert all(candidate.gateway.accepts_token(token) for token in candidate.tokens.values())
    for token in (candidate.unknown_token, "", "TOK_OK", "tok_ok ", "tok_ok\n", "tok_ök"):
        assert not candidate.gateway.accepts_token(token)


@pytest.mark.parametrize(
    ("token", "known"),
    [
        ("tok_ok_then_declined_3", True),
        ("tok_ok_then_declined_0", False),
        ("tok_ok_then_declined_03", False),
        ("tok_ok_then_declined_99999", False),
        ("tok_ok_then_declined_", False),
        ("tok_ok_then_declined_३", False),
    ],
)
def test_the_fake_counts_in_its_tokens(urls: Urls, token: str, known: bool) -> None:
    gateway = FakeGateway(urls.app)
    assert gateway.accepts_token(token) is known
    gateway.close()


def test_the_third_invoice_and_all_later_ones_are_declined(
    candidate: Candidate, asked: Asked
) -> None:
    outcomes = [
        candidate.gateway.charge(
            asked("ok", token="tok_ok_then_declined_3", invoice=invoice), at=AT
        ).outcome
        for invoice in ("B-1", "B-2", "B-3", "B-3", "B-4")
    ]
    assert outcomes == [Outcome.SUCCEEDED] * 2 + [Outcome.FAILED] * 3


def test_the_answer_carries_the_reference_everywhere(candidate: Candidate, asked: Asked) -> None:
    references = set()
    for behaviour in ("ok", "declined", "pending", "late_success"):
        request = asked(behaviour)
        answer = candidate.gateway.charge(request, at=AT)
        assert answer.reference == _seen(candidate, request, AT + 5 * DAY).reference
        references.add(answer.reference)
    assert len(references - {None}) == 4


def test_ids_are_ours(candidate: Candidate, asked: Asked) -> None:
    """Whatever id we choose is the one it is found by, also the smallest and the largest."""
    for value in (UUID(int=0), UUID(int=2**128 - 1)):
        request = asked("ok", attempt_id=value)
        answer = candidate.gateway.charge(request, at=AT)
        assert _seen(candidate, request, AT) == answer
