"""Mandates: a customer's standing permission to debit, its states, and who may move it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from khata.core.mandate_rules import Category, RailRules
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.periods import start_of_day
from khata.core.refusal import Kind, Refusal
from khata.core.told_mandate import MandateStatus, ToldMandate

RAILS: Final = frozenset({MethodKind.CARD, MethodKind.UPI, MethodKind.EMANDATE})

_S = MandateStatus
_ENDS = {_S.REVOKED, _S.EXPIRED, _S.COMPLETED}

# Forward only, but for a pause, which may be taken back: what has ended stays ended.
MANDATE_MOVES: Final[dict[MandateStatus, frozenset[MandateStatus]]] = {
    _S.CREATED: frozenset(
        {_S.PENDING_AUTHORISATION, _S.ACTIVE, _S.REJECTED, _S.REVOKED, _S.EXPIRED}
    ),
    _S.PENDING_AUTHORISATION: frozenset({_S.ACTIVE, _S.REJECTED, _S.REVOKED, _S.EXPIRED}),
    _S.ACTIVE: frozenset({_S.PAUSED} | _ENDS),
    _S.PAUSED: frozenset({_S.ACTIVE} | _ENDS),
    _S.REVOKED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.COMPLETED: frozenset(),
    _S.REJECTED: frozenset(),
}
ENDED: Final = frozenset(status for status, to in MANDATE_MOVES.items() if not to)

# So many days before its last the customer is told that a mandate ends.
TOLD_AHEAD: Final = (30, 14, 7)


class MandateCannotMove(Refusal):
    """The mandate is in a state from which this is not possible."""

    kind = Kind.CONFLICT


class MandateTermsWrong(Refusal):
    """These terms are none that the rail would take."""


class ToldBy(StrEnum):
    """Who told that a mandate has moved."""

    GATEWAY = "gateway"
    CUSTOMER = "customer"
    SELLER = "seller"
    SCHEDULE = "schedule"  # its day came


@dataclass(frozen=True, slots=True)
class Consent:
    """What proves that the payer agreed: the words shown, when, and from where."""

    text: str
    at: datetime
    address: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Mandate:
    """A permission to debit a customer by one rail. `payment_method_id` None: none yet, or gone.

    `reference` is the rail's number (UMN, UMRN). `look_at` is when something is due of it.
    """

    id: UUID
    customer_id: UUID
    payment_method_id: UUID | None
    kind: MethodKind
    terms: MandateTerms
    category: Category
    status: MandateStatus
    reference: str | None
    consent: Consent | None
    look_at: datetime | None
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MandateMove:
    """One change of a mandate, kept for ever with who told it; None: it began so."""

    id: UUID
    mandate_id: UUID
    from_status: MandateStatus | None
    to_status: MandateStatus
    told_by: ToldBy
    cause: str
    at: datetime


def check_terms(terms: MandateTerms, kind: MethodKind, *, today: date, rules: RailRules) -> None:
    """Refuse terms that no payer could agree to. Raises: MandateTermsWrong."""
    if kind not in RAILS:
        raise MandateTermsWrong("A mandate is for a card, UPI or a bank account", param="kind")
    if terms.currency != rules.currency:
        raise MandateTermsWrong(
            f"These rails move {rules.currency} only; the customer's currency is {terms.currency}",
            param="customer",
        )
    largest = rules.largest(kind, on=today)
    if largest is not None and terms.max_amount > largest:
        raise MandateTermsWrong(
            f"A {kind} mandate may be for {largest} (minor units) at most", param="max_amount"
        )
    if terms.end is not None and terms.end <= max(terms.start, today):
        raise MandateTermsWrong("Its last day is to lie ahead, after its first", param="end")


def moved(
    mandate: Mandate,
    to: MandateStatus,
    *,
    id: UUID,
    told_by: ToldBy,
    cause: str,
    at: datetime,
    rules: RailRules,
) -> tuple[Mandate, MandateMove]:
    """Return the mandate in its new state, and the move to keep. Raises: MandateCannotMove."""
    if to not in MANDATE_MOVES[mandate.status]:
        raise MandateCannotMove(f"This mandate is {mandate.status}; it cannot become {to}")
    after = replace(
        mandate,
        status=to,
        look_at=next_look(mandate.terms, to, after=at, rules=rules),
        ended_at=at if to in ENDED else None,
    )
    return after, MandateMove(id, mandate.id, mandate.status, to, told_by, cause, at)


def next_look(
    terms: MandateTerms, status: MandateStatus, *, after: datetime, rules: RailRules
) -> datetime | None:
    """Return when its end is told of next, or comes; None: it has no end, or is over."""
    if terms.end is None or status in ENDED:
        return None
    over = start_of_day(terms.end + timedelta(days=1), rules.zone)
    if status in (MandateStatus.CREATED, MandateStatus.PENDING_AUTHORISATION):
        return over
    looks = [start_of_day(terms.end - timedelta(days=days), rules.zone) for days in TOLD_AHEAD]
    return min((look for look in (*looks, over) if look > after), default=over)


def days_left(terms: MandateTerms, *, today: date) -> int | None:
    """Return for how many days after today it still holds; None: it has no end."""
    return None if terms.end is None else (terms.end - today).days


def terms_told(
    told: ToldMandate,
    kind: MethodKind,
    *,
    asked: MandateTerms | None,
    currency: str,
    today: date,
    rules: RailRules,
) -> MandateTerms:
    """Return the terms of a mandate that a gateway tells of.

    What it says counts; what it leaves open is as it was `asked` for, or as wide as the rail
    allows: the gateway itself refuses what is not permitted.
    """
    largest = rules.largest(kind, on=today)
    widest = MandateTerms(largest or 0, currency, Frequency.AS_PRESENTED, today)
    base = asked or widest
    return MandateTerms(
        told.max_amount or base.max_amount,
        told.currency or base.currency,
        told.frequency or base.frequency,
        told.start or base.start,
        told.end or base.end,
        told.is_fixed or base.is_fixed,
    )
