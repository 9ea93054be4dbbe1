"""Fates: what happens to a charge, read from the payment method it is made with."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from khata.simulators.stripe.accounts import Account

NOTICE = timedelta(hours=26)  # a card of an Indian bank: from the charge to the debit
SILENT = 15_000_00  # paise: above it the payer has to approve each debit


@dataclass(frozen=True, slots=True)
class Decline:
    """`code` is that of the error, `decline_code` the bank's."""

    code: str
    decline_code: str | None
    message: str
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What a charge comes to: it succeeds, unless a decline is told.

    `waits` is how long it is `processing`; `country` and `type` are those of the method. With the
    payer on a page nothing waits but what is `slow`.
    """

    decline: Decline | None = None
    waits: timedelta | None = None
    country: str = "US"
    type: str = "card"
    is_answer_lost: bool = False
    is_lost_before: bool = False
    needs_action: bool = False
    is_disputed: bool = False
    is_warned: bool = False  # a dispute that is only asked about
    is_mandate_gone: bool = False
    slow: timedelta | None = None  # how long the bank takes although the payer is there
    refund: str = "succeeded"  # `pending`: a day later; `failed`: it succeeds, then fails


@dataclass(frozen=True, slots=True)
class Past:
    """What a method has been through: earlier tries of this invoice, other invoices."""

    tries: int
    invoices: int


def bank_said(decline_code: str, message: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", decline_code, message)


OK = Fate()
_DECLINED = Fate(bank_said("generic_decline"))
_POOR = Fate(bank_said("insufficient_funds", "Your card has insufficient funds."))
_CONFIRM = Fate(
    Decline(
        "authentication_required",
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    )
)
GONE = Decline(
    "india_recurring_payment_mandate_canceled",
    None,
    "The mandate for this card has been canceled by the customer.",
)
INDIAN = Fate(waits=NOTICE, country="IN")
UPI = Fate(waits=timedelta(hours=24), country="IN", type="upi")

# The names are Stripe's own where it documents a payment method for the case
# (docs.stripe.com/testing); with pm_sim_ they are the simulator's.
_FATES: dict[str, Fate | Callable[[Past], Fate]] = {
    "pm_card_visa": OK,
    "pm_card_mastercard": OK,
    "pm_card_chargeDeclined": _DECLINED,
    "pm_card_chargeCustomerFail": _DECLINED,
    "pm_card_chargeDeclinedInsufficientFunds": _POOR,
    "pm_card_chargeDeclinedLostCard": Fate(bank_said("lost_card")),
    "pm_card_chargeDeclinedStolenCard": Fate(bank_said("stolen_card")),
    "pm_card_chargeDeclinedFraudulent": Fate(bank_said("fraudulent")),
    "pm_card_chargeDeclinedVelocityLimitExceeded": Fate(bank_said("card_velocity_exceeded")),
    "pm_card_chargeDeclinedExpiredCard": Fate(
        Decline("expired_card", "expired_card", "Your card has expired.")
    ),
    "pm_card_chargeDeclinedIncorrectCvc": Fate(
        Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
    ),
    "pm_card_chargeDeclinedProcessingError": Fate(
        Decline("processing_error", "processing_error", "An error occurred with your card.")
    ),
    "pm_card_authenticationRequired": _CONFIRM,
    "pm_card_authenticationRequiredOnSetup": _CONFIRM,
    "pm_card_createDispute": replace(OK, is_disputed=True),
    "pm_card_createDisputeInquiry": replace(OK, is_warned=True),
    "pm_card_pendingRefund": replace(OK, refund="pending"),
    "pm_card_refundFail": replace(OK, refund="failed"),
    "pm_card_in": INDIAN,
    "pm_sim_in_fails": replace(INDIAN, decline=_POOR.decline),
    "pm_sim_in_slow": replace(INDIAN, slow=timedelta(hours=1)),
    "pm_sim_mandate_gone": Fate(GONE, country="IN", is_mandate_gone=True),
    "pm_sim_insufficient_funds_once": lambda past: _POOR if past.tries < 1 else OK,
    "pm_sim_declined_twice": lambda past: _DECLINED if past.tries < 2 else OK,
    "pm_sim_never_again": Fate(
        Decline("card_declined", "generic_decline", "Your card was declined.", "do_not_try_again")
    ),
    "pm_sim_requires_action": replace(OK, needs_action=True),
    "pm_sim_timeout": replace(OK, is_answer_lost=True),
    "pm_sim_timeout_before": replace(OK, is_lost_before=True),
    "pm_sim_upi": UPI,
    "pm_sim_upi_slow": replace(UPI, slow=timedelta(hours=1)),
    "pm_sim_upi_slow_fails": replace(UPI, slow=timedelta(hours=1), decline=_POOR.decline),
    "pm_sim_upi_declined": replace(UPI, decline=_DECLINED.decline),
    "pm_sim_bank_debit": Fate(waits=timedelta(days=4), country="DE", type="sepa_debit"),
}

# The k-th invoice of a customer and every later one are declined.
_OK_THEN_DECLINED = re.compile(r"pm_sim_ok_then_declined_([1-9][0-9]{0,3})", re.ASCII)
# `pm_card_visa_of_asha` is the same card, of the customer cus_asha.
_OWNED = re.compile(r"(pm_(?:card|sim)_\w+?)(?:_of_([A-Za-z0-9]{1,40}))?", re.ASCII)


def read_token(token: str) -> tuple[str, str] | None:
    """Return the fate's name and the customer of a ready-made payment method, if it is one."""
    found = _OWNED.fullmatch(token)
    if found is None or not is_fate(found[1]):
        return None
    return found[1], f"cus_{found[2] or 'ReadyMade'}"


def is_fate(name: str) -> bool:
    return name in _FATES or _OK_THEN_DECLINED.fullmatch(name) is not None


def fate_named(name: str, past: Past) -> Fate:
    """Return what happens to a charge with a method of this fate."""
    fate = _FATES.get(name)
    if fate is not None:
        return fate if isinstance(fate, Fate) else fate(past)
    counted = _OK_THEN_DECLINED.fullmatch(name)
    assert counted is not None
    return OK if past.invoices + 1 < int(counted[1]) else _DECLINED


def past_of(account: Account, method: str, kept: dict[str, str]) -> Past:
    """Return what a method has been through for the merchant's customer in the metadata."""
    customer, invoice = kept.get("customer_id"), kept.get("invoice_number")
    mine = [
        intent["metadata"].get("invoice_number")
        for intent in account.all("payment_intent")
        if intent["_tried_with"] == method and intent["metadata"].get("customer_id") == customer
    ]
    return Past(mine.count(invoice), len({one for one in mine if one != invoice}))
