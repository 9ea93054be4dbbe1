"""Fates: what happens to a charge of the fake gateway, read from its token alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from khata.adapters.gateways.fake.mandates import mandate_of
from khata.core.dunning import DeclineClass
from khata.core.money import half_up
from khata.core.payment import Outcome

LATE_SUCCESS = timedelta(days=3)  # how long a failure of tok_late_success may still turn round


@dataclass(frozen=True, slots=True)
class Becomes:
    """What a charge turns into, so long after it was made."""

    outcome: Outcome
    after: timedelta


@dataclass(frozen=True, slots=True)
class Fate:
    """What a charge comes to.

    The first `lost_calls` come to nothing: they never arrive, or (`is_reached`) arrive and are
    lost. With `is_answer_lost` the charge is made and its first answer lost. Money that was taken
    is disputed so long `disputed_after`.
    """

    outcome: Outcome
    decline_class: DeclineClass | None = None
    decline_code: str | None = None
    becomes: Becomes | None = None
    late: bool = False
    lost_calls: int = 0
    is_reached: bool = False
    is_answer_lost: bool = False
    disputed_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What a customer's token has been through: earlier tries of this invoice, other invoices."""

    tries: int
    invoices: int


OK = Fate(Outcome.SUCCEEDED)
_DECLINED = Fate(Outcome.FAILED, DeclineClass.SOFT, "generic_decline")
_POOR = Fate(Outcome.FAILED, DeclineClass.SOFT, "insufficient_funds")
_PENDING = Fate(Outcome.PENDING, becomes=Becomes(Outcome.SUCCEEDED, timedelta(hours=1)))

_FATES: dict[str, Fate | Callable[[Past], Fate]] = {
    "tok_ok": OK,
    "tok_declined": _DECLINED,
    "tok_insufficient_funds": lambda past: _POOR if past.tries < 1 else OK,
    "tok_declined_twice": lambda past: _DECLINED if past.tries < 2 else OK,
    "tok_lost_card": Fate(Outcome.FAILED, DeclineClass.HARD, "lost_card"),
    "tok_expired_card": Fate(Outcome.FAILED, DeclineClass.HARD, "expired_card"),
    "tok_mandate_gone": Fate(Outcome.FAILED, DeclineClass.MANDATE, "mandate_cancelled"),
    "tok_opted_out": Fate(Outcome.FAILED, DeclineClass.CUSTOMER_ACTION, "mandate_opted_out"),
    "tok_timeout": replace(OK, is_answer_lost=True),
    "tok_timeout_before": replace(OK, lost_calls=1, is_reached=True),
    "tok_pending": _PENDING,
    "tok_pending_fails": replace(
        _PENDING,
        decline_class=DeclineClass.SOFT,
        decline_code="insufficient_funds",
        becomes=Becomes(Outcome.FAILED, timedelta(hours=1)),
    ),
    "tok_late_success": replace(
        _DECLINED,
        decline_code="processing_error",
        becomes=Becomes(Outcome.SUCCEEDED, timedelta(days=2)),
        late=True,
    ),
    "tok_disputed": replace(OK, disputed_after=timedelta(days=1)),
    "tok_down": replace(OK, lost_calls=2),
    "tok_never_reached": replace(OK, lost_calls=1_000_000),
}

# The k-th invoice of a customer and every later one are declined.
_OK_THEN_DECLINED = re.compile(r"tok_ok_then_declined_([1-9][0-9]{0,3})", re.ASCII)


def is_known(token: str) -> bool:
    """Say whether the fake gateway has issued this token."""
    token = _card_like(token)
    return token in _FATES or _OK_THEN_DECLINED.fullmatch(token) is not None


def is_always_the_same(token: str) -> bool:
    """Say whether every call with this token comes to the same, whatever was called before."""
    fate = _FATES.get(_card_like(token))
    return isinstance(fate, Fate) and fate.lost_calls == 0


def fate_of(token: str, past: Callable[[], Past]) -> Fate:
    """Return what happens to a charge of this token; `past` is read only where it matters.

    A token nobody issued is a card nobody knows: a hard decline.
    """
    token = _card_like(token)
    fate = _FATES.get(token)
    if fate is not None:
        return fate if isinstance(fate, Fate) else fate(past())
    counted = _OK_THEN_DECLINED.fullmatch(token)
    if counted:
        return OK if past().invoices + 1 < int(counted[1]) else _DECLINED
    return Fate(Outcome.FAILED, DeclineClass.HARD, "invalid_account")


def disputed_after(token: str) -> timedelta | None:
    """Return how long after it was charged a token's payer complains; None: they do not."""
    fate = _FATES.get(_card_like(token))
    return fate.disputed_after if isinstance(fate, Fate) else None


def _card_like(token: str) -> str:
    """Return the card's token to which the same happens as to a mandate's."""
    mandate = mandate_of(token)
    return token if mandate is None else mandate.fate


def fee_of(amount: int) -> int:
    """Return the gateway's fee: 2 % of the amount. Rounds: half up."""
    return half_up(2 * amount, 100)
