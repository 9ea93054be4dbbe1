"""Refunds by PayPal: lost answers, parts, what comes later, and what is refused before a call."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.core.payment import Answer, Outcome
from khata.ports.gateway import AnswerLost, ChargeRequest, IdUsedOtherwise, RefundRequest
from khata.simulators.faults import Fault, FaultKind
from tests.contracts.paypal.conftest import AT, Asked
from tests.contracts.paypal.test_charging import LOST, NEVER_DONE
from tests.contracts.paypal.wire import Inspected

DAY = timedelta(days=1)


def refund_of(request: ChargeRequest, charge: Answer, amount: int) -> RefundRequest:
    return RefundRequest(
        uuid4(),
        request.attempt_id,
        request.merchant,
        amount,
        request.currency,
        charge=charge.reference,
        taken=request.amount,
    )


def given(paypal: Inspected) -> list[int]:
    return [one["amount"] for one in paypal.books()["refunds"] if one["status"] == "COMPLETED"]


@pytest.mark.parametrize("kind", LOST + NEVER_DONE)
def test_a_refund_whose_answer_is_lost_is_given_once(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, kind: FaultKind
) -> None:
    request = asked()
    refund = refund_of(request, gateway.charge(request, at=AT), 400)
    paypal.faults.set([Fault(kind, path="/v2/payments/captures/.*/refund", times=1)])
    with pytest.raises(AnswerLost):
        gateway.refund(refund, at=AT)
    found = gateway.look_up_refund(refund, reference=None, at=AT)
    assert (found is None) is (kind in NEVER_DONE)
    again = gateway.refund(refund, at=AT)
    assert again.outcome is Outcome.SUCCEEDED
    assert found in (None, again)
    assert given(paypal) == [400]


def test_a_refund_is_remembered_for_45_days_and_found_beside_its_capture_afterwards(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    request = asked()
    refund = refund_of(request, gateway.charge(request, at=AT), 400)
    first = gateway.refund(refund, at=AT)
    paypal.advance(AT + 44 * DAY)
    assert gateway.refund(refund, at=AT) == first
    paypal.advance(AT + 46 * DAY)
    assert gateway.look_up_refund(refund, reference=None, at=AT) == first
    assert gateway.look_up_refund(refund, reference=first.reference, at=AT) == first
    assert given(paypal) == [400]


def test_one_refund_id_for_two_amounts_is_refused(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    request = asked()
    refund = refund_of(request, gateway.charge(request, at=AT), 400)
    gateway.refund(refund, at=AT)
    with pytest.raises(IdUsedOtherwise):
        gateway.refund(replace(refund, amount=500), at=AT)
    assert given(paypal) == [400]


@pytest.mark.parametrize(
    ("token", "end", "amount"),
    [("card_refund_pending", Outcome.SUCCEEDED, 400), ("card_refund_fails", Outcome.FAILED, None)],
)
def test_a_refund_may_take_its_time_and_may_fail(
    gateway: PayPalGateway,
    paypal: Inspected,
    asked: Asked,
    token: str,
    end: Outcome,
    amount: int | None,
) -> None:
    request = asked(token)
    refund = refund_of(request, gateway.charge(request, at=AT), 400)
    first = gateway.refund(refund, at=AT)
    assert first.outcome is Outcome.PENDING
    paypal.advance(AT + DAY)
    later = gateway.look_up_refund(refund, reference=first.reference, at=AT)
    assert later is not None
    assert (later.outcome, later.reference, later.amount) == (end, first.reference, amount)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 1_001}, "exceeds_capture"),
        ({"charge": None}, "charge_unknown"),
        ({"charge": "../../v1/oauth2/token"}, "charge_unknown"),
        ({"currency": "HUF", "amount": 50}, "amount_not_whole"),
        ({"currency": "INR"}, "currency_not_supported"),
        ({"amount": 0}, "amount_too_small"),
    ],
)
def test_what_cannot_be_given_back_is_refused_before_any_call(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, change: dict[str, object], code: str
) -> None:
    request = asked()
    refund = refund_of(request, gateway.charge(request, at=AT), 1_000)
    before = len(paypal.got)
    answer = gateway.refund(replace(refund, **change), at=AT)  # type: ignore[arg-type]
    assert (answer.outcome, answer.decline_code) == (Outcome.FAILED, code)
    assert len(paypal.got) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 1_001, "taken": None}, "refund_amount_exceeded"),
        ({"currency": "EUR"}, "refund_capture_currency_mismatch"),
        ({"charge": "2GG279541U471931P"}, "charge_unknown"),
    ],
)
def test_what_paypal_does_not_give_back_has_failed(
    gateway: PayPalGateway, asked: Asked, change: dict[str, object], code: str
) -> None:
    request = asked()
    refund = refund_of(request, gateway.charge(request, at=AT), 1_000)
    answer = gateway.refund(replace(refund, **change), at=AT)  # type: ignore[arg-type]
    assert (answer.outcome, answer.decline_code) == (Outcome.FAILED, code)


def test_a_look_up_of_a_charge_that_paypal_does_not_know_finds_nothing(
    gateway: PayPalGateway, asked: Asked
) -> None:
    request = asked()
    refund = refund_of(request, gateway.charge(request, at=AT), 400)
    for charge in ("2GG279541U471931P", None, "no/id"):
        unknown = replace(refund, charge=charge)
        assert gateway.look_up_refund(unknown, reference=None, at=AT) is None


def test_a_charge_that_was_given_back_was_still_taken(gateway: PayPalGateway, asked: Asked) -> None:
    request = asked()
    charge = gateway.charge(request, at=AT)
    for amount in (400, 600):  # a part, then the rest
        gateway.refund(refund_of(request, charge, amount), at=AT)
        assert gateway.look_up(request, reference=charge.reference, at=AT) == charge
