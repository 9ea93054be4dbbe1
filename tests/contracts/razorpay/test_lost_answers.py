"""Answers that are lost on each step of a charge: unknown, then found, and taken once."""

from datetime import timedelta

import pytest

from khata.ports.gateway import AnswerLost, NotReached, Outcome, is_safe_again
from khata.simulators.faults import Fault, FaultKind
from tests.contracts.razorpay.pretend import AT, CARDS_SETTLE, RECURRING, Pretend, opened

DONE = (
    FaultKind.LOST_AFTER,
    FaultKind.ERROR_500,
    FaultKind.HTML_502,
    FaultKind.TRUNCATED,
    FaultKind.EMPTY,
)
NOT_DONE = (FaultKind.LOST_BEFORE, FaultKind.REFUSED_500)
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize("kind", DONE)
def test_a_lost_answer_of_the_payment_is_found(pretend: Pretend, kind: FaultKind) -> None:
    request = pretend.request()
    pretend.breaks(kind, RECURRING)
    with pytest.raises(AnswerLost):
        pretend.charge(request)
    found = pretend.look_up(request, AT + QUARTER)
    assert found is not None
    assert found.outcome is Outcome.PENDING
    # Sent again all the same: the payment is there, so nothing is sent.
    assert pretend.charge(request, AT + QUARTER).reference == found.reference
    assert pretend.sent(RECURRING) == 1
    taken = pretend.look_up(request, AT + CARDS_SETTLE)
    assert taken is not None
    assert taken.outcome is Outcome.SUCCEEDED
    assert [one["captured"] for one in pretend.payments()] == [True]


@pytest.mark.parametrize("kind", NOT_DONE)
def test_a_payment_that_never_arrived_is_sent_again_for_the_same_order(
    pretend: Pretend, kind: FaultKind
) -> None:
    request = pretend.request()
    pretend.breaks(kind, RECURRING)
    with pytest.raises(AnswerLost):
        pretend.charge(request)
    assert pretend.look_up(request, AT + QUARTER) is None
    assert not is_safe_again(pretend.gateway.capabilities, QUARTER - timedelta(seconds=1))
    assert is_safe_again(pretend.gateway.capabilities, QUARTER)
    assert pretend.charge(request, AT + QUARTER).outcome is Outcome.PENDING
    assert pretend.sent("/v1/orders") == 1
    pretend.simulator.advance(AT + 3 * CARDS_SETTLE)
    assert [one["captured"] for one in pretend.payments()] == [True]


@pytest.mark.parametrize("kind", [*DONE, *NOT_DONE, FaultKind.UNKNOWN_WORD])
def test_a_lost_answer_of_the_order_leaves_at_most_a_spare_order(
    pretend: Pretend, kind: FaultKind
) -> None:
    request = pretend.request()
    pretend.breaks(kind, "/v1/orders")
    with pytest.raises(AnswerLost):
        pretend.charge(request)
    assert pretend.sent(RECURRING) == 0
    assert pretend.look_up(request, AT + QUARTER) is None
    assert pretend.charge(request, AT + QUARTER).outcome is Outcome.PENDING
    # What was made the first time is used; only what was not made is made again.
    made = pretend.simulator.desk.accounts.all[pretend.key.key_id].orders
    assert len(made) == 1
    pretend.simulator.advance(AT + 3 * CARDS_SETTLE)
    assert [one["captured"] for one in pretend.payments()] == [True]


@pytest.mark.parametrize("kind", [*DONE, *NOT_DONE])
def test_a_look_up_that_is_lost_says_nothing(pretend: Pretend, kind: FaultKind) -> None:
    """A list that cannot be read is not an empty list: nothing may be sent on its word."""
    request = pretend.request()
    pretend.charge(request)
    for path in ("/v1/orders", "/v1/orders/.*/payments"):
        pretend.breaks(kind, path, method="GET")
        with pytest.raises(AnswerLost):
            pretend.gateway.look_up(request, reference=None, at=AT)
        pretend.breaks(kind, path, method="GET")
        with pytest.raises(AnswerLost):
            pretend.charge(request)
    assert pretend.sent(RECURRING) == 1


def test_a_status_that_nobody_knows_is_unknown(pretend: Pretend) -> None:
    request, answer = pretend.paid()
    pretend.breaks(FaultKind.UNKNOWN_WORD, "/v1/payments/.*", method="GET")
    with pytest.raises(AnswerLost, match="status"):
        pretend.gateway.look_up(request, reference=answer.reference, at=AT)


def test_a_slow_answer_is_not_waited_for(pretend: Pretend) -> None:
    pretend.simulator.faults.set([Fault(FaultKind.SLOW, path=RECURRING, times=1, seconds=6)])
    request, impatient = pretend.request(), opened(pretend.server, pretend.key, seconds=4)
    with pytest.raises(AnswerLost, match="ReadTimeout"):
        impatient.charge(request, at=AT)
    assert pretend.look_up(request, AT + QUARTER) is not None


def test_too_many_requests_were_not_done(pretend: Pretend) -> None:
    request = pretend.request()
    pretend.breaks(FaultKind.RATE_LIMITED, RECURRING)
    with pytest.raises(NotReached, match="429"):
        pretend.charge(request)
    assert pretend.payments() == []
    assert pretend.charge(request).outcome is Outcome.PENDING


def test_a_server_that_is_not_there_was_not_reached(pretend: Pretend) -> None:
    pretend.server.close()
    with pytest.raises(NotReached):
        pretend.charge(pretend.request())


@pytest.mark.parametrize("kind", DONE)
def test_a_lost_answer_of_a_refund_gives_back_once(pretend: Pretend, kind: FaultKind) -> None:
    request, answer = pretend.paid()
    refund = pretend.refund_of(request, answer)
    pretend.breaks(kind, "/v1/payments/.*/refund")
    with pytest.raises(AnswerLost):
        pretend.gateway.refund(refund, at=AT)
    found = pretend.gateway.look_up_refund(refund, reference=None, at=AT)
    assert found is not None
    assert pretend.gateway.refund(refund, at=AT) == found
    assert [one["refunded"] for one in pretend.payments()] == [50_000]
