"""Objects as Stripe's documents show them, cut down to what matters, and what they come to."""

from typing import Any

Sample = dict[str, Any]


def intent(status: str | None, **more: Any) -> Sample:
    return {
        "id": "pi_3MtwBwLkdIwHu7ix28a3tqPa",
        "object": "payment_intent",
        "amount": 118_000,
        "amount_received": 118_000 if status == "succeeded" else 0,
        "created": 1_772_260_200,  # 28 February 2026, 06:30 UTC
        "currency": "inr",
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": {"attempt_id": "00000000-0000-0000-0000-000000000007"},
        "status": status,
        **more,
    }


def charge(fee: int | None, *, settled: str = "inr", amount: int = 118_000) -> Sample:
    """Return a charge whose balance transaction is expanded; None: it has none yet."""
    money = {"object": "balance_transaction", "amount": amount, "currency": settled, "fee": fee}
    return {
        "id": "ch_3MtwBwLkdIwHu7ix28a3tqPb",
        "object": "charge",
        "amount": 118_000,
        "amount_refunded": 0,
        "currency": "inr",
        "balance_transaction": None if fee is None else money,
    }


def card_error(code: str, decline_code: str | None = None, **more: Any) -> Sample:
    error = {"type": "card_error", "code": code, "message": "Your card was declined.", **more}
    return error if decline_code is None else {**error, "decline_code": decline_code}


def method(type: str = "card", **more: Any) -> Sample:
    card = {
        "brand": "visa",
        "country": "US",
        "exp_month": 8,
        "exp_year": 2030,
        "funding": "credit",
        "last4": "4242",
    }
    return {
        "id": "pm_1MqM05LkdIwHu7ixlDxxO6Mc",
        "object": "payment_method",
        "customer": "cus_9s6XKzkNRiz8i3",
        type: card if type == "card" else {"last4": "6789", "bank_name": "STRIPE TEST BANK"},
        "type": type,
        **more,
    }
