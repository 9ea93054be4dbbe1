"""What a gateway told by itself, from its arrival to what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Subject(StrEnum):
    """What an event is about, so far as it matters here."""

    CHARGE = "charge"
    REFUND = "refund"
    METHOD = "method"
    DISPUTE = "dispute"
    VISIT = "visit"
    NOTICE_TOLD = "notice_told"  # the payer was told of a debit that is to come …
    NOTICE_FAILED = "notice_failed"  # … or could not be
    PAYOUT = "payout"  # that was made
    FAILED_PAYOUT = "failed_payout"  # that did not arrive, or was sent back
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """A verified event: a hint where to look, never itself the truth about money.

    `id` is the gateway's, the same however often it is delivered. `ours` is our id of the attempt,
    refund or visit, where the event carries it; `reference` the gateway's of the payment, refund,
    method, dispute or notice, of which `created_at` is when the payer was told. `account` is the
    gateway's id of whose event it is, where told; `livemode` None: not told. `amount` (minor
    units) and `currency` are what it says was moved.
    """

    id: str
    type: str
    subject: Subject
    ours: UUID | None = None
    reference: str | None = None
    # Of a refund or dispute the reference of the payment; of a method that of the visit where it
    # was saved.
    charge: str | None = None
    account: str | None = None
    livemode: bool | None = None
    amount: int | None = None
    currency: str | None = None
    created_at: datetime | None = None


class EventStatus(StrEnum):
    WAITING = "waiting"  # to be applied at its next try
    APPLIED = "applied"  # what it hinted at was looked up and recorded
    SET_ASIDE = "set_aside"  # kept, and nothing follows from it here
    DEAD = "dead"  # tried too often; a person may replay it


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event as it is stored: told once, whatever came of it."""

    id: UUID
    account_id: UUID
    told: GatewayEvent
    received_at: datetime
    status: EventStatus
    outcome: str | None
    tries: int
    next_try_at: datetime | None
    deliveries: int


# The n-th try comes this long after the one before; after the last it is dead.
_TRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360, 1440, 1440, 1440))


MOST_TRIES = len(_TRIES) + 1  # one that was taken more often kills whoever applies it


def next_try(*, tries: int, at: datetime) -> datetime | None:
    """Return when an event that could not be applied is tried again; None: it is dead."""
    return at + _TRIES[tries - 1] if tries <= len(_TRIES) else None
