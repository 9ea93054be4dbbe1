"""Fates: what happens to a payment, read from its token; see the table in docs/gateways.md."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

# From the request to the debit, where the account does not steer the notice itself.
# Source: razorpay.com/docs/api/payments/recurring-payments
DEBIT_AFTER: Mapping[str, timedelta] = {
    "card": timedelta(hours=36, minutes=5),
    "upi": timedelta(hours=25),
    "emandate": timedelta(days=1),
}
TOLD_BEFORE = frozenset({"card", "upi"})  # whose payers get a notice at least 24 hours before
FILE_BASED = timedelta(days=3)  # a bank that takes mandates in files, and answers when it does
LATE_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a payment fails, as it stands on the payment."""

    reason: str
    description: str
    code: str = "BAD_REQUEST_ERROR"
    source: str = "customer"
    step: str = "payment_authorization"


@dataclass(frozen=True, slots=True)
class Fate:
    """What a payment comes to. Without a `failure` it is captured.

    `takes`: how long after the request, where the method's time does not hold. The first
    `lost_calls` for an order are cut before anything is done; with `is_answer_lost` all is done
    and the answer cut. `late`: captured after all, so long after it has failed. `dispute`: the
    payer complains a day after the capture. `own_tries`: how often a failed debit was tried in all.
    `is_told`: a notice reaches the payer. `refund` are the states of its refunds, in order.
    """

    failure: Failure | None = None
    takes: timedelta | None = None
    lost_calls: int = 0
    is_answer_lost: bool = False
    late: timedelta | None = None
    dispute: bool = False
    own_tries: int = 1  # of a debit that is not on a notice of its own
    is_told: bool = True  # of a notice that an order asks for
    refund: tuple[str, ...] = ("processed",)


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier payments with a token for a customer: tries of this invoice, and other invoices."""

    tries: int
    invoices: int


OK = Fate()
_DECLINED = Fate(Failure("payment_declined", "Your payment was declined by the bank"))
_POOR = Fate(Failure("insufficient_funds", "Your account does not have enough balance"))

_FATES: Mapping[str, Fate | Callable[[Past], Fate]] = {
    "ok": OK,
    "declined": _DECLINED,
    "insufficient_funds": lambda past: _POOR if past.tries < 1 else OK,
    "declined_twice": lambda past: _DECLINED if past.tries < 2 else OK,
    "lost_card": Fate(Failure("debit_instrument_inactive", "The card is blocked or inactive")),
    "expired_card": Fate(Failure("card_expired", "The card has expired")),
    "mandate_gone": Fate(Failure("mandate_cancelled", "The payer has cancelled the mandate")),
    "authentication": Fate(
        Failure("customer_action_required", "The pre-debit notification was not approved")
    ),
    "bank_down": Fate(
        Failure(
            "bank_technical_error",
            "The bank had a technical problem",
            code="GATEWAY_ERROR",
            source="issuer_bank",
        )
    ),
    "unexplained": Fate(Failure("payment_failed", "Payment failed", source="gateway")),
    "timeout": replace(OK, is_answer_lost=True),
    "timeout_before": replace(OK, lost_calls=1),
    "pending": replace(OK, takes=FILE_BASED),
    "pending_fails": replace(_POOR, takes=FILE_BASED),
    "late_success": Fate(
        Failure(
            "payment_timed_out",
            "The bank did not answer in time",
            code="GATEWAY_ERROR",
            source="issuer_bank",
        ),
        late=LATE_AFTER,
    ),
    "tried_again": replace(_POOR, own_tries=4),
    "untold": replace(OK, is_told=False),
    "disputed": replace(OK, dispute=True),
    "refund_pending": replace(OK, refund=("pending", "processed")),
    "refund_fails": replace(OK, refund=("pending", "failed")),
    "refund_comes_back": replace(OK, refund=("processed", "failed")),
}
_OK_THEN_DECLINED = re.compile(r"ok_then_declined_([1-9][0-9]{0,3})", re.ASCII)

# A mandate that cannot be charged: the state it is in.
STATES = ("initiated", "rejected", "cancelled", "paused")


def is_known(name: str) -> bool:
    return name in _FATES or name in STATES or _OK_THEN_DECLINED.fullmatch(name) is not None


def is_told(name: str) -> bool:
    """Say whether the payer of a token can be told ahead."""
    fate = _FATES.get(name)
    return fate.is_told if isinstance(fate, Fate) else True


def fate_of(name: str, past: Past) -> Fate:
    """Return what happens now; a name that nobody knows goes well."""
    fate = _FATES.get(name)
    if fate is not None:
        return fate if isinstance(fate, Fate) else fate(past)
    counted = _OK_THEN_DECLINED.fullmatch(name)
    if counted and past.invoices + 1 >= int(counted[1]):
        return _DECLINED
    return OK
