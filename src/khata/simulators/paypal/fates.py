"""Fates: what happens to a capture, read from what was saved; see the table in docs/gateways.md."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

ECHECK_LASTS = timedelta(days=3)
VAULTING_LASTS = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Fate:
    """What a capture comes to.

    `code` is the processor's answer for a card; `issue` the error that a wallet, or a card that
    never gets as far as its bank, is refused with. `becomes` is what a pending capture is
    `ECHECK_LASTS` later. The first `lost_calls` are cut before anything is done; with
    `is_answer_lost` all is done and the answer cut. `dispute`: the payer complains a day later.
    `is_saved_later`: what the payer approved is in the vault `VAULTING_LASTS` after the payment.
    """

    status: str = "COMPLETED"
    code: str = "0000"
    issue: str | None = None
    advice: str | None = None
    becomes: str | None = None
    lost_calls: int = 0
    is_answer_lost: bool = False
    dispute: bool = False
    is_saved_later: bool = False
    refund: str = "COMPLETED"
    refund_becomes: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier captures from what was saved: tries of this invoice, and other invoices."""

    tries: int
    invoices: int


OK = Fate()
_DECLINED = Fate("DECLINED", "5100", "INSTRUMENT_DECLINED")
_POOR = Fate("DECLINED", "5120", "INSTRUMENT_DECLINED")
_ECHECK = Fate("PENDING", becomes="COMPLETED")

_FATES: Mapping[str, Fate | Callable[[Past], Fate]] = {
    "ok": OK,
    "declined": _DECLINED,
    "insufficient_funds": lambda past: _POOR if past.tries < 1 else OK,
    "declined_twice": lambda past: _DECLINED if past.tries < 2 else OK,
    "lost_card": Fate("DECLINED", "9520", "PAYER_ACCOUNT_LOCKED_OR_CLOSED"),
    "expired_card": Fate("DECLINED", "5400", "REFERENCED_CARD_EXPIRED"),
    "never_again": Fate("DECLINED", "5100", "PAYER_ACCOUNT_RESTRICTED", advice="03"),
    "mandate_gone": Fate("REFUSED", issue="AGREEMENT_ALREADY_CANCELLED"),
    "authentication": Fate("REFUSED", issue="PAYER_ACTION_REQUIRED"),
    "timeout": replace(OK, is_answer_lost=True),
    "timeout_before": replace(OK, lost_calls=1),
    "pending": _ECHECK,
    "pending_fails": replace(_ECHECK, becomes="DECLINED", code="5120"),
    "saved_later": replace(OK, is_saved_later=True),
    "dispute": replace(OK, dispute=True),
    "refund_pending": replace(OK, refund="PENDING", refund_becomes="COMPLETED"),
    "refund_fails": replace(OK, refund="PENDING", refund_becomes="FAILED"),
}
_OK_THEN_DECLINED = re.compile(r"ok_then_declined_([1-9][0-9]{0,3})", re.ASCII)

# Cardholder names that decide the answer. Source: PayPal, "Card testing", rejection triggers.
TRIGGERS = {
    "CCREJECT-REFUSED": "declined",
    "CCREJECT-BANK_ERROR": "declined",
    "CCREJECT-IF": "insufficient_funds",
    "CCREJECT-LS": "lost_card",
    "CCREJECT-EC": "expired_card",
}


def names() -> list[str]:
    """Return the fates that ready-made tokens exist for."""
    return [*_FATES, "ok_then_declined_3"]


def fate_of(name: str, past: Past) -> Fate:
    """Return what happens now; a name that nobody knows goes well."""
    fate = _FATES.get(name)
    if fate is not None:
        return fate if isinstance(fate, Fate) else fate(past)
    counted = _OK_THEN_DECLINED.fullmatch(name)
    if counted and past.invoices + 1 >= int(counted[1]):
        return _DECLINED
    return OK
