"""Stripe's words in ours: each state, each class of decline, and what nobody has ever heard."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from khata.adapters.gateways.declines import declines_of
from khata.adapters.gateways.stripe import translate
from khata.adapters.gateways.stripe.translate import Reading
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind
from khata.ports.gateway import AnswerLost
from tests.contracts.stripe.samples import Sample, card_error, charge, intent, method

READING = Reading(declines_of("stripe"), date(2026, 2, 28))
PI = "pi_3MtwBwLkdIwHu7ix28a3tqPa"


def succeeded(fee: int, amount: int | None = 118_000, currency: str | None = "INR") -> Answer:
    return Answer(Outcome.SUCCEEDED, PI, fee=fee, amount=amount, currency=currency)


def failed(code: str, means: DeclineClass) -> Answer:
    return Answer(Outcome.FAILED, PI, decline_class=means, decline_code=code)


SOFT, HARD, MANDATE = DeclineClass.SOFT, DeclineClass.HARD, DeclineClass.MANDATE
ACTION, CONFIG = DeclineClass.CUSTOMER_ACTION, DeclineClass.CONFIG

INTENTS: list[tuple[Sample, Answer]] = [
    (intent("succeeded", latest_charge=charge(2_785)), succeeded(2_785)),
    (intent("succeeded", latest_charge=charge(None)), succeeded(0)),  # the fee follows later
    (intent("succeeded", latest_charge="ch_1"), succeeded(0)),  # not expanded
    (intent("succeeded", latest_charge=None), succeeded(0)),
    (intent("succeeded", amount_received=117_999), succeeded(0, 117_999)),  # as told, not as asked
    (intent("succeeded", amount_received=None), succeeded(0, None, None)),
    (intent("succeeded", currency=None), succeeded(0, None, None)),
    # 20.00 USD of the 1,000.00 that 1,180.00 INR settle as: 2 %, so 23.60 INR.
    (
        intent("succeeded", latest_charge=charge(2_000, settled="usd", amount=100_000)),
        succeeded(2_360),
    ),
    (intent("succeeded", latest_charge=charge(5, settled="usd", amount=0)), succeeded(0)),
    (intent("processing"), Answer(Outcome.PENDING, PI)),
    (
        intent(
            "processing",
            processing={"type": "card", "card": {"customer_notification": {"completes_at": 1}}},
        ),
        Answer(Outcome.PENDING, PI),
    ),
    (intent("requires_action"), failed("authentication_required", ACTION)),
    (intent("canceled", cancellation_reason="abandoned"), failed("canceled", SOFT)),
    (
        intent(
            "requires_payment_method",
            last_payment_error=card_error("card_declined", "insufficient_funds"),
        ),
        failed("insufficient_funds", SOFT),
    ),
    (
        intent("requires_payment_method", last_payment_error=card_error("expired_card")),
        failed("expired_card", HARD),
    ),
]


@pytest.mark.parametrize(("sample", "expected"), INTENTS)
def test_a_payment_in_each_state(sample: Sample, expected: Answer) -> None:
    assert translate.read_intent(sample, READING) == expected


@pytest.mark.parametrize(
    "sample",
    [
        intent("quantum_superposed"),
        intent(""),
        intent(None),
        intent("SUCCEEDED"),
        intent("requires_confirmation"),
        intent("requires_capture"),
        intent("requires_payment_method"),  # it was never tried, or is being tried just now
        intent("requires_payment_method", last_payment_error="card_declined"),
        intent("succeeded", id=None),
        intent("succeeded", id=""),
        intent("succeeded", currency="xts"),
        {"object": "payment_intent"},
        {},
    ],
)
def test_what_tells_no_end_is_a_lost_answer(sample: Sample) -> None:
    with pytest.raises(AnswerLost):
        translate.read_intent(sample, READING)


DECLINES: list[tuple[Sample, str, DeclineClass]] = [
    (card_error("card_declined", "generic_decline"), "generic_decline", SOFT),
    (card_error("card_declined", "do_not_honor"), "do_not_honor", SOFT),
    (card_error("card_declined", "issuer_not_available"), "issuer_not_available", SOFT),
    (card_error("card_declined", "duplicate_transaction"), "duplicate_transaction", SOFT),
    (card_error("processing_error"), "processing_error", SOFT),
    (card_error("card_declined"), "card_declined", SOFT),
    (card_error("card_declined", "lost_card"), "lost_card", HARD),
    (card_error("card_declined", "stolen_card"), "stolen_card", HARD),
    (card_error("card_declined", "fraudulent"), "fraudulent", HARD),
    (card_error("expired_card", "expired_card"), "expired_card", HARD),
    (card_error("card_declined", "card_not_supported"), "card_not_supported", HARD),
    (
        card_error("card_declined", "revocation_of_authorization"),
        "revocation_of_authorization",
        MANDATE,
    ),
    (
        card_error("india_recurring_payment_mandate_canceled"),
        "india_recurring_payment_mandate_canceled",
        MANDATE,
    ),
    (card_error("authentication_required"), "authentication_required", ACTION),
    (card_error("card_declined", "call_issuer"), "call_issuer", ACTION),
    (card_error("incorrect_cvc", "incorrect_cvc"), "incorrect_cvc", ACTION),
    # A code nobody knows is tried again, never for ever, and is never taken for a lost card.
    (card_error("card_declined", "moon_in_retrograde"), "moon_in_retrograde", SOFT),
    (card_error("brand_new_code"), "brand_new_code", SOFT),
    ({"type": "card_error"}, "card_error", SOFT),
    ({}, "declined", SOFT),
    ({"code": None, "decline_code": None, "type": None}, "declined", SOFT),
    # What Stripe itself refuses is no bank's word.
    ({"type": "invalid_request_error", "code": "parameter_missing"}, "parameter_missing", CONFIG),
    ({"type": "invalid_request_error"}, "invalid_request_error", CONFIG),
    ({"type": "invalid_request_error", "code": "resource_missing"}, "resource_missing", HARD),
    # The network's advice makes it stricter, never milder.
    (
        card_error("card_declined", "generic_decline", advice_code="do_not_try_again"),
        "generic_decline",
        HARD,
    ),
    (
        card_error("card_declined", "call_issuer", advice_code="do_not_try_again"),
        "call_issuer",
        HARD,
    ),
    (
        card_error("card_declined", "generic_decline", advice_code="confirm_card_data"),
        "generic_decline",
        ACTION,
    ),
    (card_error("card_declined", "lost_card", advice_code="try_again_later"), "lost_card", HARD),
    (card_error("card_declined", "lost_card", advice_code="confirm_card_data"), "lost_card", HARD),
    (card_error("card_declined", "do_not_honor", advice_code="a_new_one"), "do_not_honor", SOFT),
    (card_error("card_declined", "do_not_honor", advice_code=None), "do_not_honor", SOFT),
]


@pytest.mark.parametrize(("error", "code", "means"), DECLINES)
def test_a_decline_of_each_class(error: Sample, code: str, means: DeclineClass) -> None:
    answer = translate.declined(error, READING)
    assert (answer.decline_code, answer.decline_class) == (code, means)
    told = {**error, "payment_intent": intent("requires_payment_method")}
    assert translate.read_refusal(told, READING, status=402) == failed(code, means)


def test_every_code_of_the_table_has_words_that_give_no_thief_away() -> None:
    table = declines_of("stripe")
    assert len(table.meanings) > 60
    secret = ("lost_card", "stolen_card", "fraudulent", "pickup_card", "merchant_blacklist")
    generic = table.meaning_of("generic_decline", on=READING.on)
    assert generic is not None
    for code in secret:
        meaning = table.meaning_of(code, on=READING.on)
        assert meaning is not None
        assert meaning.tell == generic.tell
    for rows in table.meanings.values():
        for row in rows:
            assert row.tell.endswith(".")
            assert not any(word in row.tell.lower() for word in ("stolen", "lost", "fraud"))


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (402, {**card_error("card_declined")}, ("failed", None, "card_declined", SOFT)),
        (401, {"type": "invalid_request_error"}, ("failed", None, "api_key_refused", CONFIG)),
        (403, {"code": "more_permissions_required"}, ("failed", None, "permission_denied", CONFIG)),
        (400, {"type": "invalid_request_error", "code": "resource_missing"}, None),
        # It says no, and bears a payment that went through: the payment is right.
        (
            400,
            {"code": "payment_intent_unexpected_state", "payment_intent": intent("succeeded")},
            ("succeeded", PI, None, None),
        ),
        (402, {"payment_intent": intent("processing")}, ("pending", PI, None, None)),
    ],
)
def test_a_refusal(status: int, error: Sample, expected: tuple[Any, ...] | None) -> None:
    answer = translate.read_refusal(error, READING, status=status)
    read = (answer.outcome, answer.reference, answer.decline_code, answer.decline_class)
    assert read == (expected or ("failed", None, "resource_missing", HARD))


@pytest.mark.parametrize(
    ("status", "more", "outcome", "code"),
    [
        ("succeeded", {}, Outcome.SUCCEEDED, None),
        ("pending", {}, Outcome.PENDING, None),
        ("requires_action", {}, Outcome.PENDING, None),
        ("canceled", {}, Outcome.FAILED, "refund_canceled"),
        ("failed", {}, Outcome.FAILED, "refund_failed"),
        ("failed", {"failure_reason": None}, Outcome.FAILED, "refund_failed"),
        (
            "failed",
            {"failure_reason": "expired_or_canceled_card"},
            Outcome.FAILED,
            "expired_or_canceled_card",
        ),
        ("quantum_superposed", {}, None, None),
        (None, {}, None, None),
        ("succeeded", {"id": None}, None, None),
    ],
)
def test_a_refund_in_each_state(
    status: str | None, more: Sample, outcome: Outcome | None, code: str | None
) -> None:
    refund = {"id": "re_1", "amount": 50, "currency": "usd", "status": status, **more}
    if outcome is None:
        with pytest.raises(AnswerLost):
            translate.read_refund(refund, READING)
        return
    answer = translate.read_refund(refund, READING)
    assert (answer.outcome, answer.reference, answer.decline_code) == (outcome, "re_1", code)
    took = (50, "USD") if outcome is Outcome.SUCCEEDED else (None, None)
    assert (answer.amount, answer.currency) == took


@pytest.mark.parametrize(
    ("sample", "kind", "usable", "last4", "brand"),
    [
        (method(), MethodKind.CARD, True, "4242", "visa"),
        (method(customer={"id": "cus_9s6XKzkNRiz8i3"}), MethodKind.CARD, True, "4242", "visa"),
        (method(customer=None), MethodKind.CARD, False, "4242", "visa"),
        (method(customer="cus_another"), MethodKind.CARD, False, "4242", "visa"),
        (method(card=None), MethodKind.CARD, True, None, None),
        (method("upi"), MethodKind.UPI, True, "6789", "STRIPE TEST BANK"),
        (method("link"), MethodKind.WALLET, True, "6789", "STRIPE TEST BANK"),
        (method("sepa_debit"), MethodKind.OTHER, True, "6789", "STRIPE TEST BANK"),
        (method("us_bank_account"), MethodKind.OTHER, True, "6789", "STRIPE TEST BANK"),
        (method("telepathy"), MethodKind.OTHER, True, "6789", "STRIPE TEST BANK"),
    ],
)
def test_a_way_to_pay(
    sample: Sample, kind: MethodKind, usable: bool, last4: str | None, brand: str | None
) -> None:
    read = translate.read_method(sample, holder="cus_9s6XKzkNRiz8i3", mandate=None)
    assert (read.kind, read.usable, read.last4, read.brand) == (kind, usable, last4, brand)
    assert read.facts == {"type": sample["type"]}
    assert (read.why_not is None) is usable


@pytest.mark.parametrize(
    ("status", "usable"), [("active", True), ("pending", True), ("inactive", False)]
)
def test_a_card_whose_mandate_has_ended(status: str, usable: bool) -> None:
    read = translate.read_method(method(), holder=None, mandate={"status": status})
    assert read.usable is usable


@pytest.mark.parametrize("sample", [{}, {"id": "pm_1"}, {"type": "card"}, method(type="")])
def test_what_is_no_payment_method(sample: Sample) -> None:
    with pytest.raises(AnswerLost):
        translate.read_method({**sample}, holder=None, mandate=None)


def test_a_listed_payment() -> None:
    paid = {**charge(2_785), "amount_refunded": 18_000}
    seen = translate.read_seen(intent("succeeded", latest_charge=paid), READING)
    assert (seen.reference, seen.attempt_id) == (PI, UUID(int=7))
    assert (seen.amount, seen.currency, seen.fee, seen.refunded) == (118_000, "INR", 2_785, 18_000)
    assert seen.created_at == datetime(2026, 2, 28, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sample", "outcome"),
    [
        (intent("requires_payment_method"), Outcome.UNKNOWN),
        (intent("requires_capture"), Outcome.UNKNOWN),
        (intent("something_new"), Outcome.UNKNOWN),
        (intent("processing"), Outcome.PENDING),
        (intent("canceled"), Outcome.FAILED),
    ],
)
def test_a_listed_payment_that_took_nothing(sample: Sample, outcome: Outcome) -> None:
    seen = translate.read_seen({**sample, "metadata": None}, READING)
    assert (seen.outcome, seen.amount, seen.fee, seen.refunded) == (outcome, 118_000, 0, 0)
    assert seen.attempt_id is None


@pytest.mark.parametrize("missing", ["id", "amount_received", "currency", "created"])
def test_a_listed_payment_that_cannot_be_read_is_not_passed_over(missing: str) -> None:
    with pytest.raises(AnswerLost):
        translate.read_seen({**intent("succeeded"), missing: None}, READING)
