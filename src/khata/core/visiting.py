"""Visits as khata keeps them: how one may move, when it is asked about, and when it is over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from khata.core.mandate import Consent
from khata.core.mandate_terms import MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# So long after its time the gateway's clock is past it, too.
AFTER_ITS_END: Final = 5 * _MINUTE
# A payer who comes back so shortly before the end gets a new visit.
SHORTEST_STAY: Final = 5 * _MINUTE
# What was agreed to and the bank has not confirmed is waited for so long.
LONGEST_CONFIRMATION: Final = 7 * _DAY
# So long after its time one whose gateway does not tell holds up collecting: as long as an attempt
# whose end nobody knows is asked about, and longer than any gateway lets money come late.
LONGEST_SILENCE: Final = 5 * _DAY
# … and for so long after that its gateway is asked daily, for money that came all the same.
LONGEST_ASKING: Final = 30 * _DAY
# A call that is older has ended, whatever came of it.
CALL_ENDS_WITHIN: Final = 2 * _MINUTE

# Stands where a decline would, until the gateway has told what became of the call.
ANSWER_LOST: Final = "answer_lost"

# How long a payer has at the gateway; a bank's own page for a mandate takes longer.
_STAYS: Final = {MethodKind.EMANDATE: _DAY}

# Forward only: what was done stays done, and what seemed over may turn out to have been paid.
VISIT_MOVES: Final = {
    VisitStatus.OPEN: frozenset({VisitStatus.DONE, VisitStatus.FAILED, VisitStatus.EXPIRED}),
    VisitStatus.FAILED: frozenset({VisitStatus.DONE}),
    VisitStatus.EXPIRED: frozenset({VisitStatus.DONE}),
    VisitStatus.DONE: frozenset[VisitStatus](),
}

# Rails that move one currency only.
_CURRENCY_OF: Final = {MethodKind.UPI: "INR", MethodKind.EMANDATE: "INR"}


@dataclass(frozen=True, slots=True)
class Guest:
    """Who goes there, as it was told to the gateway when the visit began."""

    name: str
    email: str | None
    phone: str | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A payer's visit to a gateway's own page. Its id is the idempotency key there.

    Where it brings money, an attempt has the same id. `amount` is in minor units. Without a
    `reference` nobody knows whether the gateway has heard of it. `mandate_id` is what the payer
    goes to agree to, and `consent` what they were shown.
    """

    id: UUID
    customer_id: UUID
    invoice_id: UUID | None
    link_id: UUID | None
    gateway: str
    gateway_account_id: UUID | None
    purpose: Purpose
    kind: MethodKind
    amount: int
    currency: str
    description: str
    invoice_number: str | None
    payer: Guest
    return_url: str
    cancel_url: str
    mandate: MandateTerms | None
    expires_at: datetime
    status: VisitStatus
    reference: str | None
    url: str | None
    upi_link: str | None
    holder: str | None
    decline_code: str | None
    attempt_id: UUID | None
    payment_method_id: UUID | None
    ask_at: datetime | None
    asks: int
    created_at: datetime
    finished_at: datetime | None
    mandate_id: UUID | None = None
    consent: Consent | None = None

    @property
    def is_open(self) -> bool:
        """The payer may still pay there."""
        return self.status is VisitStatus.OPEN

    @property
    def waits_for_saved(self) -> bool:
        """It was paid, and what was to be saved with it has not been told."""
        is_paid = self.status is VisitStatus.DONE and self.purpose is Purpose.PAY_AND_SAVE
        return is_paid and self.payment_method_id is None

    @property
    def was_opened(self) -> bool:
        """The gateway has answered, so the payer can go there."""
        return self.url is not None or self.upi_link is not None

    def is_over_at(self, at: datetime) -> bool:
        return at >= self.expires_at

    @property
    def waited_for_until(self) -> datetime:
        """Until when nothing is collected beside it while its gateway does not tell."""
        until = self.expires_at + LONGEST_SILENCE
        if self.purpose is Purpose.SAVE:
            return max(until, self.created_at + LONGEST_CONFIRMATION)
        return until

    def is_waited_for(self, at: datetime) -> bool:
        """Say whether its gateway's silence holds up what would be collected in another way."""
        return at < self.waited_for_until

    def can_be_gone_on_with(self, at: datetime) -> bool:
        """Say whether the payer may be sent there again, with time enough to pay."""
        return self.is_open and at < self.expires_at - SHORTEST_STAY


def stays_until(kind: MethodKind, at: datetime) -> datetime:
    """Return until when a visit that begins now can be paid."""
    return at + _STAYS.get(kind, _HOUR)


def can_carry(kind: MethodKind, currency: str) -> bool:
    """Say whether a rail moves this currency at all."""
    return _CURRENCY_OF.get(kind, currency) == currency


def next_visit_ask(visit: Visit, *, asks: int, at: datetime) -> datetime | None:
    """Return when to ask about a visit after `asks` asks without news; None: not again.

    Two minutes after it began, ten minutes after, then hourly, and once when its time is over; a
    gateway that does not answer then is asked on, hourly and after a day daily. One that is over is
    asked about daily until the gateway has told, but not for ever.
    """
    if not visit.is_open:
        then = at + _DAY
        return then if then <= visit.waited_for_until + LONGEST_ASKING else None
    if asks == 0:
        return visit.created_at + 2 * _MINUTE
    over = visit.expires_at + AFTER_ITS_END
    if at >= over:
        return at + (_HOUR if at < over + _DAY else _DAY)
    wanted = visit.created_at + 10 * _MINUTE if asks == 1 else at + _HOUR
    return min(max(wanted, at + _MINUTE), over)


def moved(
    visit: Visit,
    status: VisitStatus,
    *,
    at: datetime,
    decline_code: str | None = None,
    late: timedelta | None = None,
) -> Visit | None:
    """Return the visit as the gateway's word leaves it; None: that is no news.

    `late` is how long money may still come at this gateway to what was closed: it is asked once
    more after that.
    """
    if status is visit.status or status not in VISIT_MOVES[visit.status]:
        return None
    done = status is VisitStatus.DONE
    return replace(
        visit,
        status=status,
        decline_code=None if done else decline_code or visit.decline_code,
        ask_at=None if done or late is None else at + late + AFTER_ITS_END,
        finished_at=at,
    )


def let_go(visit: Visit, *, at: datetime) -> Visit:
    """Return a visit that is not waited for any more, as its gateway was silent for so long.

    It holds up nothing, and its gateway is asked on: what was paid there is found when it tells.
    """
    over = moved(visit, VisitStatus.EXPIRED, at=at)
    if over is None:
        return visit
    return replace(over, ask_at=next_visit_ask(over, asks=visit.asks, at=at))


def heard(visit: Visit, *, at: datetime, late: timedelta | None) -> Visit:
    """Return a visit that is over after its gateway's word that nothing was paid there.

    It is asked about no more once `late`, how long money may still come, has passed, too.
    """
    if visit.is_open or visit.ask_at is None or visit.finished_at is None:
        return visit
    if late is not None and at < visit.finished_at + late + AFTER_ITS_END:
        return visit
    return replace(visit, ask_at=None)
