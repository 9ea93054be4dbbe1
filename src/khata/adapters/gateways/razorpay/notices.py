"""Razorpay's decoupled way: an order tells the payer, and is debited only when we say so. Pure.

Source: razorpay.com/docs/api/payments/recurring-payments (upi and cards, create subsequent
payments): with a `notification` in the order Razorpay schedules no debit and no retries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from khata.adapters.gateways.razorpay.client import Object
from khata.adapters.gateways.razorpay.translate import (
    SETTLES_WITHIN,
    Reading,
    number,
    our_id,
    read_payments,
)
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind
from khata.ports.gateway import Capabilities, ChargeRequest

COUPLED: Final = "coupled"
DECOUPLED: Final = "decoupled"

# How long after it was asked to tell a debit can be handed in: of cards as Razorpay names it; of
# UPI the day that the law asks for, and an hour in which the payer is to be told.
TOLD_WITHIN: Final = {
    MethodKind.CARD: SETTLES_WITHIN["card"],
    MethodKind.UPI: timedelta(hours=25),
}

# Told and debited together, a UPI debit that failed is tried three times more by Razorpay itself.
OWN_TRIES: Final = {MethodKind.UPI: 4}


def decoupled(can: Capabilities) -> Capabilities:
    """Return what an account can do whose notices and debits are apart."""
    return replace(can, tells_ahead=frozenset(TOLD_WITHIN), notice=TOLD_WITHIN, own_tries={})


def payments_of(request: ChargeRequest, payments: Iterable[Object]) -> list[Object]:
    """Return those of the attempt: the order of a notice may have seen earlier attempts."""
    if request.notice is None:
        return list(payments)
    return [one for one in payments if our_id(one, "attempt_id") == request.attempt_id]


def may_be_debited(order: Object, others: Sequence[Object], reading: Reading) -> bool:
    """Say whether a payment may be sent for an order: nothing on it has paid or still may.

    A debit that failed is tried again on the order of its notice, by another attempt of ours.
    """
    if order.get("status") == "created":
        return True
    before = read_payments(others, reading)
    failed = before is not None and before.outcome is Outcome.FAILED
    return failed and order.get("status") == "attempted"


def with_tries(
    request: ChargeRequest, answer: Answer, orders: Iterable[Object], payments: Sequence[Object]
) -> Answer:
    """Return the answer with how often Razorpay has tried: an order counts its payments.

    On a notice of ours Razorpay tries nothing by itself, and the order counts earlier attempts.
    """
    if request.notice is not None:
        return answer
    counted = sum(number(order, "attempts") or 0 for order in orders)
    return replace(answer, tries=max(counted, len(payments), 1))
