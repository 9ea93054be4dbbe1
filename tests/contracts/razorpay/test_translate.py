"""Razorpay's payments and refunds in our words: each state, each class, and what makes no sense."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from khata.adapters.gateways.declines import declines_of
from khata.adapters.gateways.razorpay.translate import (
    Reading,
    our_id,
    read_payment,
    read_payments,
    read_refund,
    read_seen,
)
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer
from khata.ports.gateway import AnswerLost, Outcome

READING = Reading(declines_of("razorpay"), date(2026, 11, 23))
ATTEMPT = UUID("0190d3e2-7c1b-7a55-9d0a-3f5a1c2b4d6e")
MADE = datetime(2020, 7, 22, 20, 31, 11, tzinfo=UTC)  # 1595449871

# A captured card payment as the documents of recurring payments show it.
CAPTURED: dict[str, Any] = {
    "id": "pay_FHfqtkRzWvxky4",
    "entity": "payment",
    "amount": 118_000,
    "currency": "INR",
    "status": "captured",
    "order_id": "order_FHfnswDdfu96HQ",
    "invoice_id": None,
    "international": False,
    "method": "card",
    "amount_refunded": 0,
    "refund_status": None,
    "captured": True,
    "description": None,
    "card_id": "card_F0zoXUp4IPPGoI",
    "bank": None,
    "wallet": None,
    "vpa": None,
    "email": "gaurav.kumar@example.com",
    "contact": "+919876543210",
    "customer_id": "cust_DtHaBuooGHTuyZ",
    "token_id": "token_FHfn3rIiM1Z8nr",
    "notes": {"attempt_id": str(ATTEMPT)},
    "fee": 2_785,
    "tax": 425,
    "error_code": None,
    "error_description": None,
    "error_source": None,
    "error_step": None,
    "error_reason": None,
    "acquirer_data": {"auth_code": "541898"},
    "created_at": 1_595_449_871,
}


def payment(**others: Any) -> dict[str, Any]:
    return {**CAPTURED, **others}


def failed(reason: Any, **others: Any) -> dict[str, Any]:
    return payment(
        status="failed",
        captured=False,
        fee=None,
        tax=None,
        error_code=others.pop("code", "BAD_REQUEST_ERROR"),
        error_description="Payment failed",
        error_source="gateway",
        error_step="payment_authorization",
        error_reason=reason,
        **others,
    )


TAKEN = Answer(Outcome.SUCCEEDED, "pay_FHfqtkRzWvxky4", fee=2_785, amount=118_000, currency="INR")
PENDING = Answer(Outcome.PENDING, "pay_FHfqtkRzWvxky4")


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        (payment(), TAKEN),
        (payment(amount="118000"), TAKEN),  # the types allow digits as text
        (payment(status="refunded", refund_status="full", amount_refunded=118_000), TAKEN),
        (payment(refund_status="partial", amount_refunded=500), TAKEN),
        (payment(status="created", captured=False, fee=None, tax=None), PENDING),
        (payment(status="authorized", captured=False), PENDING),
        (failed("deemed_transaction"), PENDING),
        (failed("payment_pending"), PENDING),
        (failed("PAYMENT_PENDING_APPROVAL"), PENDING),
    ],
)
def test_a_payment_s_state_is_its_outcome(told: dict[str, Any], answer: Answer) -> None:
    assert read_payment(told, READING) == answer


def test_a_payment_without_a_fee_has_none() -> None:
    for fee in (None, 0, True, "free"):
        assert read_payment(payment(fee=fee), READING).fee == 0


def test_what_was_authorised_and_given_back_uncaptured_was_not_taken() -> None:
    told = payment(status="refunded", captured=False, amount_refunded=118_000)
    answer = read_payment(told, READING)
    assert (answer.outcome, answer.decline_code) == (Outcome.FAILED, "authorization_expired")
    assert answer.late_until is None


@pytest.mark.parametrize(
    ("reason", "declined"),
    [
        ("insufficient_funds", DeclineClass.SOFT),
        ("transaction_daily_limit_exceeded", DeclineClass.SOFT),
        ("payment_failed", DeclineClass.SOFT),
        ("mandate_current_cycle_allowed_debit_exceeds", DeclineClass.SOFT),
        ("something_new_of_next_year", DeclineClass.SOFT),
        ("bank_technical_error", DeclineClass.GATEWAY_DOWN),
        ("payment_timed_out", DeclineClass.GATEWAY_DOWN),
        ("mandate_cancelled", DeclineClass.MANDATE),
        ("mandate_expired", DeclineClass.MANDATE),
        ("debit_instrument_blocked", DeclineClass.MANDATE),
        ("mandate_paused", DeclineClass.CUSTOMER_ACTION),
        ("customer_action_required", DeclineClass.CUSTOMER_ACTION),
        ("transaction_limit_exceeded", DeclineClass.CUSTOMER_ACTION),
        ("card_expired", DeclineClass.HARD),
        ("suspected_fraud_decline", DeclineClass.HARD),
        ("debit_instrument_inactive", DeclineClass.HARD),
        ("recurring_payment_not_enabled", DeclineClass.CONFIG),
        ("order_amount_mismatch", DeclineClass.CONFIG),
    ],
)
def test_a_failure_is_classed_by_its_reason(reason: str, declined: DeclineClass) -> None:
    """`code` tells nothing: declines of every class come with BAD_REQUEST_ERROR."""
    for code in ("BAD_REQUEST_ERROR", "GATEWAY_ERROR", None):
        answer = read_payment(failed(reason, code=code), READING)
        assert (answer.outcome, answer.reference) == (Outcome.FAILED, "pay_FHfqtkRzWvxky4")
        assert (answer.decline_class, answer.decline_code, answer.fee) == (declined, reason, 0)


@pytest.mark.parametrize(("code", "told"), [("GATEWAY_ERROR", "gateway_error"), (None, None)])
def test_a_failure_without_a_reason_is_soft(code: str | None, told: str | None) -> None:
    answer = read_payment(failed(None, code=code), READING)
    assert answer.decline_class is DeclineClass.SOFT
    assert answer.decline_code == (told or "payment_failed")


@pytest.mark.parametrize(
    ("reason", "method", "late_until"),
    [
        # What the bank has decided stays decided …
        ("card_expired", "card", None),
        ("mandate_cancelled", "upi", None),
        ("order_amount_mismatch", "card", None),
        # … the rest may turn round three days after the rail's own time.
        ("payment_timed_out", "card", MADE + timedelta(days=3, hours=36, minutes=5)),
        ("insufficient_funds", "upi", MADE + timedelta(days=3, hours=36)),
        ("customer_action_required", "emandate", MADE + timedelta(days=6)),
        ("payment_failed", "netbanking", MADE + timedelta(days=6)),
        ("payment_failed", None, MADE + timedelta(days=6)),
    ],
)
def test_how_long_a_failure_may_turn_round(
    reason: str, method: str | None, late_until: datetime | None
) -> None:
    assert read_payment(failed(reason, method=method), READING).late_until == late_until


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"id": "pay_FHfqtkRzWvxky4"},
        payment(id=None),
        payment(id=""),
        payment(id=17),
        payment(status=None),
        payment(status="quantum_superposed"),
        payment(status="CAPTURED"),
        payment(status=["captured"]),
        payment(amount=None),
        payment(amount=1180.5),
        payment(amount=True),
        payment(amount="1,180.00"),
        payment(currency=None),
        failed("payment_failed", created_at=None),
        failed("payment_failed", created_at=-1),
        failed("payment_failed", created_at="tomorrow"),
    ],
)
def test_what_cannot_be_read_is_not_guessed(told: dict[str, Any]) -> None:
    with pytest.raises(AnswerLost):
        read_payment(told, READING)


CREATED = payment(id="pay_created", status="created", captured=False)
DECLINED = failed("insufficient_funds", id="pay_declined")
LATER = failed("card_expired", id="pay_later", created_at=CAPTURED["created_at"] + 60)
ODD = payment(id="pay_odd", status="quantum_superposed")


@pytest.mark.parametrize(
    ("told", "reference"),
    [
        ([DECLINED], "pay_declined"),
        ([DECLINED, LATER], "pay_later"),
        ([LATER, DECLINED], "pay_later"),
        ([DECLINED, CREATED, LATER], "pay_created"),
        ([DECLINED, CREATED, payment()], "pay_FHfqtkRzWvxky4"),
        ([payment(), LATER], "pay_FHfqtkRzWvxky4"),
        ([payment(), ODD], "pay_FHfqtkRzWvxky4"),
        # Of two that took the money the earlier is the attempt's; the list shows the other.
        ([payment(id="pay_second", created_at=1_595_449_999), payment()], "pay_FHfqtkRzWvxky4"),
    ],
)
def test_of_many_payments_one_has_the_word(told: list[dict[str, Any]], reference: str) -> None:
    answer = read_payments(told, READING)
    assert answer is not None
    assert answer.reference == reference


def test_no_payments_are_no_answer() -> None:
    assert read_payments([], READING) is None


@pytest.mark.parametrize("others", [[], [DECLINED], [CREATED]])
def test_one_that_cannot_be_read_may_be_the_one(others: list[dict[str, Any]]) -> None:
    with pytest.raises(AnswerLost):
        read_payments([*others, ODD], READING)


# A refund as the documents show it.
REFUND: dict[str, Any] = {
    "id": "rfnd_FP8QHiV938haTz",
    "entity": "refund",
    "amount": 500_100,
    "receipt": "Receipt No. 31",
    "currency": "INR",
    "payment_id": "pay_29QQoUBi66xm2f",
    "notes": [],
    "acquirer_data": {"arn": None},
    "created_at": 1_597_078_866,
    "batch_id": None,
    "status": "processed",
    "speed_processed": "normal",
    "speed_requested": "normal",
}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("processed", Outcome.SUCCEEDED),
        ("pending", Outcome.PENDING),
        ("failed", Outcome.FAILED),
    ],
)
def test_a_refund_s_state_is_its_outcome(status: str, outcome: Outcome) -> None:
    answer = read_refund({**REFUND, "status": status})
    assert (answer.outcome, answer.reference) == (outcome, "rfnd_FP8QHiV938haTz")
    if outcome is not Outcome.FAILED:
        assert (answer.amount, answer.currency) == (500_100, "INR")


@pytest.mark.parametrize("others", [{"status": None}, {"status": "initiated"}, {"id": None}])
def test_a_refund_that_cannot_be_read_is_unknown(others: dict[str, Any]) -> None:
    with pytest.raises(AnswerLost):
        read_refund({**REFUND, **others})


@pytest.mark.parametrize(
    ("notes", "ours"),
    [
        ({"attempt_id": str(ATTEMPT)}, ATTEMPT),
        ({"attempt_id": str(ATTEMPT).upper()}, ATTEMPT),
        ({"attempt_id": "order 17"}, None),
        ({"attempt_id": None}, None),
        ({"attempt_id": 17}, None),
        ({}, None),
        ([], None),  # how Razorpay shows that there are none
        (None, None),
    ],
)
def test_our_id_stands_in_the_notes(notes: Any, ours: UUID | None) -> None:
    assert our_id({"notes": notes}, "attempt_id") == ours


def test_a_listed_payment_is_seen_whole() -> None:
    seen = read_seen(payment(amount_refunded=500), READING)
    assert (seen.reference, seen.attempt_id) == ("pay_FHfqtkRzWvxky4", ATTEMPT)
    assert (seen.amount, seen.currency, seen.fee, seen.refunded) == (118_000, "INR", 2_785, 500)
    assert (seen.outcome, seen.created_at) == (Outcome.SUCCEEDED, MADE)


def test_a_listed_payment_of_an_odd_state_does_not_hide_the_others() -> None:
    assert read_seen(ODD, READING).outcome is Outcome.UNKNOWN
    with pytest.raises(AnswerLost):
        read_seen({"id": "pay_FHfqtkRzWvxky4"}, READING)


def test_no_reason_has_two_meanings_and_no_secret_is_told() -> None:
    told: dict[str, str] = {}
    for code, meanings in declines_of("razorpay").meanings.items():
        assert len(meanings) == 1, code
        told[code] = meanings[0].tell
        assert meanings[0].source.startswith("razorpay.com/docs/"), code
    for word in ("stolen", "lost", "fraud", "suspect", "court"):
        assert not any(word in sentence.lower() for sentence in told.values())
