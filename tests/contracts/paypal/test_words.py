"""PayPal's errors in our language: each word's class, and what nobody has heard of."""

from datetime import date

import pytest

from khata.adapters.gateways.declines import declines_of
from khata.adapters.gateways.paypal.words import refused
from khata.core.dunning import DeclineClass
from khata.core.payment import Outcome

ON = date(2025, 2, 28)
SOFT, HARD, MANDATE = DeclineClass.SOFT, DeclineClass.HARD, DeclineClass.MANDATE
ACTION, CONFIG, DOWN = (
    DeclineClass.CUSTOMER_ACTION,
    DeclineClass.CONFIG,
    DeclineClass.GATEWAY_DOWN,
)


@pytest.mark.parametrize(
    ("word", "decline_class", "code"),
    [
        ("INSTRUMENT_DECLINED", SOFT, "instrument_declined"),
        ("PAYER_CANNOT_PAY", SOFT, "payer_cannot_pay"),
        ("TRANSACTION_LIMIT_EXCEEDED", SOFT, "transaction_limit_exceeded"),
        ("MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", SOFT, None),
        ("PAYER_ACTION_REQUIRED", ACTION, "authentication_required"),
        ("ORDER_NOT_APPROVED", ACTION, "order_not_approved"),
        ("PAYER_ACCOUNT_LOCKED_OR_CLOSED", HARD, None),
        ("REFERENCED_CARD_EXPIRED", HARD, "expired_card"),
        ("COMPLIANCE_VIOLATION", HARD, None),
        ("AGREEMENT_ALREADY_CANCELLED", MANDATE, None),
        ("TOKEN_ID_NOT_FOUND", MANDATE, None),
        ("PAYEE_ACCOUNT_RESTRICTED", CONFIG, None),
        ("PERMISSION_DENIED", CONFIG, None),
        ("INVALID_CURRENCY_CODE", CONFIG, "currency_not_supported"),
        ("INVALID_RESOURCE_ID", DOWN, None),
        ("A_WORD_OF_NEXT_YEAR", SOFT, "a_word_of_next_year"),
    ],
)
def test_every_word_has_a_class(word: str, decline_class: DeclineClass, code: str | None) -> None:
    answer = refused(word, on=ON)
    assert (answer.outcome, answer.decline_class) == (Outcome.FAILED, decline_class)
    assert answer.decline_code == (code or word.lower())


def test_how_it_was_said_decides_only_where_the_word_is_unknown() -> None:
    assert refused("A_WORD_OF_NEXT_YEAR", on=ON, otherwise=CONFIG).decline_class is CONFIG
    assert refused("INSTRUMENT_DECLINED", on=ON, otherwise=CONFIG).decline_class is SOFT


def test_a_word_has_one_row_and_a_payer_learns_of_no_stolen_card() -> None:
    meanings = declines_of("paypal").meanings
    assert [code for code, rows in meanings.items() if len(rows) != 1] == []
    told = {row.tell.lower() for rows in meanings.values() for row in rows}
    assert not [text for text in told for word in ("stolen", "lost", "fraud") if word in text]
