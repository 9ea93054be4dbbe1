"""PayPal's objects in our language: every status, missing fields, nulls and unknown words."""

from datetime import date
from typing import Any

import pytest

from khata.adapters.gateways.paypal.translate import (
    NotReadable,
    captures_of,
    ours,
    read_capture,
    read_refund,
    read_token,
)
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind, SavedMethod

ON = date(2025, 2, 28)
ID = "2GG279541U471931P"


def capture(status: Any = "COMPLETED", **others: Any) -> dict[str, Any]:
    """Spell a capture as Payments v2 shows it; a field that is None is left out."""
    said: dict[str, Any] = {
        "id": ID,
        "status": status,
        "amount": {"currency_code": "USD", "value": "100.00"},
        "final_capture": True,
        "seller_receivable_breakdown": {
            "gross_amount": {"currency_code": "USD", "value": "100.00"},
            "paypal_fee": {"currency_code": "USD", "value": "3.98"},
            "net_amount": {"currency_code": "USD", "value": "96.02"},
        },
    }
    said |= others
    return {name: value for name, value in said.items() if value is not None}


TAKEN = Answer(Outcome.SUCCEEDED, ID, fee=398, amount=10_000, currency="USD")


@pytest.mark.parametrize("status", ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"])
def test_money_that_was_taken_stays_taken(status: str) -> None:
    assert read_capture(capture(status), on=ON) == TAKEN


@pytest.mark.parametrize(
    "reason",
    "ECHECK PENDING_REVIEW INTERNATIONAL_WITHDRAWAL UNILATERAL VERIFICATION_REQUIRED "
    "BUYER_COMPLAINT RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION "
    "TRANSACTION_APPROVED_AWAITING_FUNDING OTHER A_NEW_REASON".split(),
)
def test_pending_is_pending_for_whatever_reason(reason: str) -> None:
    pending = capture("PENDING", status_details={"reason": reason})
    assert read_capture(pending, on=ON) == Answer(Outcome.PENDING, ID)


@pytest.mark.parametrize(
    ("breakdown", "fee"),
    [
        (None, 0),
        ({}, 0),
        ({"paypal_fee": None}, 0),
        ({"paypal_fee": {"currency_code": "USD", "value": "0.00"}}, 0),
        ({"paypal_fee": {"currency_code": "EUR", "value": "3.50"}}, 0),  # of other books
        ({"paypal_fee": {"currency_code": "USD", "value": "5"}}, 500),
    ],
)
def test_the_fee_is_what_is_told_of_it(breakdown: Any, fee: int) -> None:
    answer = read_capture(capture(seller_receivable_breakdown=breakdown), on=ON)
    assert (answer.outcome, answer.fee) == (Outcome.SUCCEEDED, fee)


@pytest.mark.parametrize(
    "unreadable",
    [
        capture("QUANTUM_SUPERPOSED"),
        capture("completed"),
        capture(None),
        capture(7),
        capture([]),
        capture(id=None),
        capture(id=5),
        capture(amount=None),
        capture(amount={"value": "100.00"}),
        capture(amount={"currency_code": "USD"}),
        capture(amount={"currency_code": "USD", "value": 100}),
        capture(amount="100.00"),
        capture(amount={"currency_code": "USD", "value": "100.001"}),
        {},
    ],
)
def test_what_cannot_be_read_for_sure_is_not_an_answer(unreadable: dict[str, Any]) -> None:
    with pytest.raises(NotReadable):
        read_capture(unreadable, on=ON)


@pytest.mark.parametrize(
    ("response", "decline_class", "code"),
    [
        ({"response_code": "5120"}, DeclineClass.SOFT, "insufficient_funds"),
        ({"response_code": "5100"}, DeclineClass.SOFT, "generic_decline"),
        ({"response_code": "0500"}, DeclineClass.SOFT, "do_not_honor"),
        ({"response_code": "9100"}, DeclineClass.SOFT, "9100"),
        ({"response_code": "5710"}, DeclineClass.SOFT, "card_velocity_exceeded"),
        ({"response_code": "5920"}, DeclineClass.SOFT, "issuer_not_available"),
        ({"response_code": "8220"}, DeclineClass.SOFT, "processing_error"),
        ({"response_code": "9520"}, DeclineClass.HARD, "lost_card"),
        ({"response_code": "9500"}, DeclineClass.HARD, "fraudulent"),
        ({"response_code": "5400"}, DeclineClass.HARD, "expired_card"),
        ({"response_code": "5180"}, DeclineClass.HARD, "5180"),
        ({"response_code": "5650"}, DeclineClass.CUSTOMER_ACTION, "authentication_required"),
        ({"response_code": "00N7"}, DeclineClass.CUSTOMER_ACTION, "incorrect_cvc"),
        ({"response_code": "PPUC"}, DeclineClass.CONFIG, "currency_not_supported"),
        ({"response_code": "PPTR"}, DeclineClass.MANDATE, "pptr"),
        ({"response_code": "ZZZZ"}, DeclineClass.SOFT, "zzzz"),  # nobody knows it: soft
        # What the network advises is stronger than a soft word of the processor's …
        (
            {"response_code": "5100", "payment_advice_code": "03"},
            DeclineClass.HARD,
            "advice_03",
        ),
        (
            {"response_code": "5100", "payment_advice_code": "21"},
            DeclineClass.MANDATE,
            "advice_21",
        ),
        # … and "try later" is no news.
        (
            {"response_code": "5120", "payment_advice_code": "02"},
            DeclineClass.SOFT,
            "insufficient_funds",
        ),
        ({}, DeclineClass.SOFT, "declined"),
        (None, DeclineClass.SOFT, "declined"),
    ],
)
def test_a_card_s_decline_has_the_class_of_its_word(
    response: Any, decline_class: DeclineClass, code: str
) -> None:
    declined = capture("DECLINED", processor_response=response, seller_receivable_breakdown=None)
    answer = read_capture(declined, on=ON)
    assert answer == Answer(Outcome.FAILED, ID, decline_class=decline_class, decline_code=code)


def test_an_order_has_one_purchase_unit() -> None:
    one = {"payments": {"captures": [capture()]}}
    assert list(captures_of({"purchase_units": [one]})) == [capture()]
    assert list(captures_of({"purchase_units": [{}]})) == []
    several: list[dict[str, Any]] = [
        {},
        {"purchase_units": []},
        {"purchase_units": [one, one]},
        {"purchase_units": None},
        {"purchase_units": [None]},
    ]
    for wrong in several:
        with pytest.raises(NotReadable):
            captures_of(wrong)


def refund(status: Any = "COMPLETED", **others: Any) -> dict[str, Any]:
    amount = {"currency_code": "USD", "value": "10.99"}
    said = {"id": "1JU08902781691411", "status": status, "amount": amount, **others}
    return {name: value for name, value in said.items() if value is not None}


@pytest.mark.parametrize(
    ("said", "outcome", "code"),
    [
        (refund(), Outcome.SUCCEEDED, None),
        (refund("PENDING", status_details={"reason": "ECHECK"}), Outcome.PENDING, None),
        (refund("PENDING", amount=None), Outcome.PENDING, None),
        (refund("FAILED"), Outcome.FAILED, "refund_failed"),
        (refund("CANCELLED"), Outcome.FAILED, "refund_cancelled"),
        (refund("FAILED", status_details={"reason": "ECHECK"}), Outcome.FAILED, "echeck"),
        (refund("FAILED", status_details="?"), Outcome.FAILED, "refund_failed"),
    ],
)
def test_a_refund_is_given_on_its_way_or_failed(
    said: dict[str, Any], outcome: Outcome, code: str | None
) -> None:
    answer = read_refund(said)
    assert (answer.outcome, answer.decline_code) == (outcome, code)
    assert answer.reference == "1JU08902781691411"
    assert answer.amount == (1_099 if outcome is Outcome.SUCCEEDED else None)


@pytest.mark.parametrize(
    "unreadable",
    [refund("MAYBE"), refund(None), refund(3), refund(id=None), refund(amount=None), {}],
)
def test_a_refund_that_cannot_be_read_is_not_an_answer(unreadable: dict[str, Any]) -> None:
    with pytest.raises(NotReadable):
        read_refund(unreadable)


def token(source: Any, **others: Any) -> dict[str, Any]:
    return {
        "id": "8kk8451t",
        "customer": {"id": "customer_4029352050"},
        "payment_source": source,
        **others,
    }


HOLDER = "customer_4029352050"


@pytest.mark.parametrize(
    ("source", "method"),
    [
        (
            {"card": {"brand": "VISA", "last_digits": "1111", "expiry": "2027-02"}},
            SavedMethod("8kk8451t", MethodKind.CARD, HOLDER, "visa", "1111", 2, 2027),
        ),
        (
            {"card": {"bin_details": {"bin_country_code": "IN"}, "brand": "CHINA_UNION_PAY"}},
            SavedMethod("8kk8451t", MethodKind.CARD, HOLDER, "china_union_pay", country="IN"),
        ),
        (
            {"card": {"brand": None, "last_digits": None, "expiry": None}},
            SavedMethod("8kk8451t", MethodKind.CARD, HOLDER),
        ),
        (
            {"card": {"expiry": "soon", "last_digits": "411111"}},
            SavedMethod("8kk8451t", MethodKind.CARD, HOLDER, last4="1111"),
        ),
        (
            {"paypal": {"email_address": "john.doe@example.com", "account_id": "VYYFH3WJ4JPJQ"}},
            SavedMethod("8kk8451t", MethodKind.WALLET, HOLDER, "paypal"),
        ),
    ],
)
def test_cards_and_wallets_can_be_charged(source: Any, method: SavedMethod) -> None:
    assert read_token(token(source)) == method


@pytest.mark.parametrize("kind", ["venmo", "apple_pay", "bank", "something_new"])
def test_whatever_else_is_kept_is_known_and_not_usable(kind: str) -> None:
    method = read_token(token({kind: {}}))
    assert (method.kind, method.usable, method.brand) == (MethodKind.OTHER, False, kind)
    assert method.why_not


@pytest.mark.parametrize(
    "unreadable", [token(None), token({}), token({"card": {}}, id=None), {}, token([])]
)
def test_a_token_without_a_source_is_not_one(unreadable: dict[str, Any]) -> None:
    with pytest.raises(NotReadable):
        read_token(unreadable)


def test_a_token_may_have_no_customer() -> None:
    assert read_token(token({"paypal": {}}, customer=None)).holder is None


@pytest.mark.parametrize(
    "foreign",
    [None, 5, "", "INV-1", "0191F0B0-0000-7000-8000-000000000001", "{0}", "0" * 32],
)
def test_only_ids_as_we_spell_them_are_ours(foreign: object) -> None:
    assert ours(foreign) is None
    assert str(ours("0191f0b0-0000-7000-8000-000000000001")).endswith("0001")
