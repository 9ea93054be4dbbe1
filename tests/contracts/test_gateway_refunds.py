"""The gateways' exam, second paper: giving money back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from khata.ports.gateway import ChargeRequest, Outcome, RefundRequest
from tests.contracts.conftest import Asked, Candidate

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def _refund_of(request: ChargeRequest, amount: int | None = None) -> RefundRequest:
    return RefundRequest(
        uuid4(), request.attempt_id, request.merchant, amount or request.amount, request.currency
    )


def test_a_refund_gives_the_money_back_once(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.gateway.charge(request, at=AT)
    refund = _refund_of(request)
    first = candidate.gateway.refund(refund, at=AT + DAY)
    assert first.outcome is Outcome.SUCCEEDED
    assert candidate.gateway.refund(refund, at=AT + 2 * DAY) == first
    assert candidate.refunded(request) == 118_000


def test_a_refund_can_be_looked_up(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.gateway.charge(request, at=AT)
    refund = _refund_of(request)
    look_up = candidate.gateway.look_up_refund
    assert look_up(refund.refund_id, merchant=request.merchant, at=AT) is None
    answer = candidate.gateway.refund(refund, at=AT)
    assert look_up(refund.refund_id, merchant=request.merchant, at=AT) == answer
    assert look_up(refund.refund_id, merchant=str(uuid4()), at=AT) is None


def test_parts_may_be_refunded_up_to_the_whole(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.gateway.charge(request, at=AT)
    for amount, outcome in (
        (100_000, Outcome.SUCCEEDED),
        (18_001, Outcome.FAILED),
        (18_000, Outcome.SUCCEEDED),
        (1, Outcome.FAILED),
    ):
        assert candidate.gateway.refund(_refund_of(request, amount), at=AT).outcome is outcome
    assert candidate.refunded(request) == 118_000


def test_two_refunds_at_once_never_exceed_the_charge(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    candidate.gateway.charge(request, at=AT)
    refunds = [_refund_of(request, 70_000) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda r: candidate.gateway.refund(r, at=AT), refunds))
    assert sorted(answer.outcome for answer in answers) == ["failed"] * 5 + ["succeeded"]
    assert candidate.refunded(request) == 70_000


@pytest.mark.parametrize("behaviour", ["declined", "pending", "late_success"])
def test_what_was_not_taken_cannot_be_given_back(
    candidate: Candidate, asked: Asked, behaviour: str
) -> None:
    request = asked(behaviour)
    candidate.gateway.charge(request, at=AT)
    assert candidate.gateway.refund(_refund_of(request), at=AT).outcome is Outcome.FAILED
    assert candidate.refunded(request) == 0


def test_a_refund_of_an_unknown_charge_fails(candidate: Candidate, asked: Asked) -> None:
    request = asked("ok")
    answer = candidate.gateway.refund(_refund_of(request), at=AT)
    assert answer.outcome is Outcome.FAILED
    assert answer.decline_code
