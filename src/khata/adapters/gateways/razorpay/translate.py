"""Razorpay's words for payments and refunds, in ours. Pure: what cannot be read is not guessed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from khata.adapters.gateways.declines import Declines
from khata.adapters.gateways.razorpay.client import Object
from khata.core.dunning import OPTED_OUT, DeclineClass
from khata.core.payment import Answer, Outcome
from khata.core.reconciliation import SeenPayment
from khata.ports.gateway import AnswerLost

# So long Razorpay asks the bank of a payment that has failed for want of an answer.
# Source: razorpay.com/docs/payments/payments/late-authorisation
LATE_SUCCESS: Final = timedelta(days=3)

# From the request to the debit, by method: notice to the payer, then the bank. A failure is told
# with the time of the request alone, so the days above are counted from this much later.
# Source: razorpay.com/docs/api/payments/recurring-payments
SETTLES_WITHIN: Final = {
    "card": timedelta(hours=36, minutes=5),
    "upi": timedelta(hours=36),
    "emandate": timedelta(days=3),
}
_SETTLES_LAST = max(SETTLES_WITHIN.values())

# UPI: the money may have moved, and the banks have not agreed yet. A failure only by name.
_NOT_YET: Final = frozenset({"deemed_transaction", "payment_pending", "payment_pending_approval"})

# What the bank or we have decided does not turn round; what got no answer may, and so may what
# Razorpay tries again by itself.
_MAY_COME_LATE: Final = frozenset(
    {DeclineClass.SOFT, DeclineClass.GATEWAY_DOWN, DeclineClass.CUSTOMER_ACTION}
)


@dataclass(frozen=True, slots=True)
class Reading:
    """With what refusals are read: the table of reasons, as it stands on a day."""

    declines: Declines
    on: date

    def class_of(self, reason: str) -> DeclineClass:
        return self.declines.class_of(reason, on=self.on)


def read_payments(payments: Iterable[Object], reading: Reading) -> Answer | None:
    """Return what all payments of an attempt come to; None: there is none.

    One that took the money decides, then one that may still take it; only where all have failed
    the last of them has the word. Raises: AnswerLost, where one cannot be read and none has taken
    the money for certain.
    """
    answers: list[tuple[int, int, Answer]] = []
    unread: AnswerLost | None = None
    for payment in payments:
        try:
            answer = read_payment(payment, reading)
            made = _instant(payment)
        except AnswerLost as lost:
            unread = lost
            continue
        rank = _RANK[answer.outcome]
        since = int(made.timestamp())
        # Of two that took the money the first counts; of two that failed the last.
        answers.append((rank, -since if answer.outcome is Outcome.FAILED else since, answer))
    best = min(answers, key=lambda one: one[:2], default=None)
    if unread is not None and (best is None or best[2].outcome is not Outcome.SUCCEEDED):
        raise unread
    return best[2] if best else None


_RANK = {Outcome.SUCCEEDED: 0, Outcome.PENDING: 1, Outcome.FAILED: 2}


def read_payment(payment: Object, reading: Reading) -> Answer:
    """Return what one payment comes to. Raises: AnswerLost, where it cannot be read."""
    reference, status = text(payment, "id"), payment.get("status")
    if not reference or not isinstance(status, str):
        raise AnswerLost("Razorpay answered with something that is no payment")
    if status == "captured":
        return _taken(payment, reference)
    if status == "refunded":
        if payment.get("captured") is False:
            # It was authorised and never captured: Razorpay gave it back by itself after days.
            return _failed(reference, "authorization_expired", DeclineClass.SOFT)
        return _taken(payment, reference)
    if status in ("created", "authorized"):
        return Answer(Outcome.PENDING, reference)
    if status != "failed":
        raise AnswerLost("Razorpay knows a status of payments that khata does not know")
    reason = (text(payment, "error_reason") or text(payment, "error_code") or "").lower()
    if reason in _NOT_YET:
        return Answer(Outcome.PENDING, reference)
    if reading.declines.opts_out(reason, on=reading.on):
        return _failed(reference, OPTED_OUT, DeclineClass.CUSTOMER_ACTION)
    declined = reading.class_of(reason)
    late = _late_until(payment) if declined in _MAY_COME_LATE else None
    return _failed(reference, reason or "payment_failed", declined, late)


def read_refusal(reason: str, reading: Reading) -> Answer:
    """Return what a refused request comes to: no payment was made of it."""
    return _failed(None, reason, reading.class_of(reason))


def read_refund(refund: Object) -> Answer:
    """Return what a refund comes to. Raises: AnswerLost, where it cannot be read."""
    reference, status = text(refund, "id"), refund.get("status")
    outcome = _REFUNDS.get(status) if isinstance(status, str) else None
    if not reference or outcome is None:
        raise AnswerLost("Razorpay answered with something that is no refund khata can read")
    if outcome is Outcome.FAILED:
        return _failed(reference, "refund_failed", DeclineClass.CONFIG)
    return Answer(
        outcome, reference, amount=number(refund, "amount"), currency=text(refund, "currency")
    )


# `processed` is Razorpay's last word for most; a bank may still send it back: `failed`.
_REFUNDS: Final = {
    "processed": Outcome.SUCCEEDED,
    "pending": Outcome.PENDING,
    "failed": Outcome.FAILED,
}


def read_seen(payment: Object, reading: Reading) -> SeenPayment:
    """Return a payment as reconciliation sees it; a status that nobody knows is `unknown`.

    Raises: AnswerLost, where it is no payment at all.
    """
    amount, currency = number(payment, "amount"), text(payment, "currency")
    if amount is None or currency is None:
        raise AnswerLost("Razorpay listed a payment without an amount")
    reference = text(payment, "id") or ""
    try:
        answer = read_payment(payment, reading)
    except AnswerLost:
        answer = Answer(Outcome.UNKNOWN)
    return SeenPayment(
        reference,
        our_id(payment, "attempt_id"),
        amount,
        currency,
        answer.outcome,
        answer.fee,
        number(payment, "amount_refunded") or 0,
        _instant(payment),
    )


def text(told: Object, field: str) -> str | None:
    value = told.get(field)
    return value if isinstance(value, str) and value else None


def number(told: Object, field: str) -> int | None:
    """Return a whole number, which Razorpay's types also allow as a text of digits."""
    value = told.get(field)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def our_id(told: Object, note: str) -> UUID | None:
    """Return the id of ours that stands in the notes, which are a list where there are none."""
    notes: Any = told.get("notes")
    value = notes.get(note) if isinstance(notes, dict) else None
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _taken(payment: Object, reference: str) -> Answer:
    """Return a success. `fee` is Razorpay's with the GST on it: what it keeps."""
    amount, currency = number(payment, "amount"), text(payment, "currency")
    if amount is None or currency is None:
        raise AnswerLost("Razorpay took money and does not say how much")
    return Answer(
        Outcome.SUCCEEDED,
        reference,
        fee=number(payment, "fee") or 0,
        amount=amount,
        currency=currency,
    )


def _failed(
    reference: str | None, code: str, declined: DeclineClass, late_until: datetime | None = None
) -> Answer:
    return Answer(
        Outcome.FAILED,
        reference,
        decline_class=declined,
        decline_code=code,
        late_until=late_until,
    )


def _late_until(payment: Object) -> datetime:
    method = payment.get("method")
    settles = SETTLES_WITHIN.get(method) if isinstance(method, str) else None
    return _instant(payment) + (settles or _SETTLES_LAST) + LATE_SUCCESS


def _instant(payment: Object) -> datetime:
    seconds = number(payment, "created_at")
    if seconds is None or not 0 <= seconds < 2**35:
        raise AnswerLost("Razorpay does not say when the payment was made")
    return datetime.fromtimestamp(seconds, UTC)
