"""The gateways' exam, second paper: giving money back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from khata.ports.gateway import Answer, ChargeRequest, Outcome, RefundRequest
from tests.contracts.candidates.candidate import Candidate
from tests.contracts.conftest import Asked

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = AT + 10 * DAY


def _refund_of(
    candidate: Candidate, request: ChargeRequest, amount: int | None = None
) -> RefundRequest:
    return RefundRequest(
        uuid4(),
        request.attempt_id,
        request.merchant,
        amount or request.amount,
        request.currency,
        charge=candidate.seen.get(request.attempt_id),
        taken=request.amount,
    )


def _look_up(candidate: Candidate, refund: RefundRequest) -> Answer | None:
    return candidate.gateway.look_up_refund(refund, reference=None, at=LATER)


def test_a_refund_gives_the_money_back_once(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.ended(request, AT)
    refund = _refund_of(candidate, request)
    first = candidate.refund(refund, LATER)
    assert first.outcome is Outcome.SUCCEEDED
    assert first.reference
    assert candidate.refund(refund, LATER + DAY) == first
    assert candidate.refunded(request) == 118_000


def test_a_refund_can_be_looked_up(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.ended(request, AT)
    refund = _refund_of(candidate, request)
    assert _look_up(candidate, refund) is None
    answer = candidate.refund(refund, LATER)
    assert _look_up(candidate, refund) == answer
    again = candidate.gateway.look_up_refund(refund, reference=answer.reference, at=LATER)
    assert again == answer


def test_a_look_up_does_not_take_one_refund_for_another(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.ended(request, AT)
    candidate.refund(_refund_of(candidate, request, 50_000), LATER)
    assert _look_up(candidate, _refund_of(candidate, request, 50_000)) is None


def test_parts_may_be_refunded_up_to_the_whole(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.ended(request, AT)
    for amount, outcome in (
        (100_000, Outcome.SUCCEEDED),
        (18_100, Outcome.FAILED),
        (18_000, Outcome.SUCCEEDED),
        (100, Outcome.FAILED),
    ):
        refund = _refund_of(candidate, request, amount)
        assert candidate.refund(refund, LATER).outcome is outcome
    assert candidate.refunded(request) == 118_000


def test_one_refund_id_for_two_amounts_takes_no_second(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.ended(request, AT)
    refund = _refund_of(candidate, request, 50_000)
    candidate.refund(refund, LATER)
    try:
        answer = candidate.refund(replace(refund, amount=60_000), LATER)
    except ValueError:
        pass
    else:
        assert answer.amount != 60_000
    assert candidate.refunded(request) == 50_000


def test_two_refunds_at_once_never_exceed_the_charge(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.ended(request, AT)
    candidate.set_clock(LATER)
    refunds = [_refund_of(candidate, request, 70_000) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda r: candidate.gateway.refund(r, at=LATER), refunds))
    assert sorted(answer.outcome for answer in answers) == ["failed"] * 5 + ["succeeded"]
    assert candidate.refunded(request) == 70_000


@pytest.mark.parametrize("behaviour", ["declined", "pending", "late_success"])
def test_what_was_not_taken_cannot_be_given_back(
    candidate: Candidate, asked: Asked, behaviour: str
) -> None:
    request = asked(behaviour)
    candidate.charge(request, AT)
    answer = candidate.refund(_refund_of(candidate, request), AT)
    assert answer.outcome is Outcome.FAILED
    assert candidate.refunded(request) == 0


def test_a_refund_of_an_unknown_charge_fails(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    answer = candidate.refund(_refund_of(candidate, request), AT)
    assert answer.outcome is Outcome.FAILED
    assert answer.decline_code
