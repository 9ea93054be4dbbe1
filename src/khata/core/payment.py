"""Payments: the will to collect an invoice, its attempts at a gateway, and how both may move."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.asking import next_ask
from khata.core.dunning import DeclineClass
from khata.core.invoice import InvoiceStatus
from khata.core.payment_method import MethodKind


class Outcome(StrEnum):
    """What a gateway's answer comes to. No trustworthy answer is `unknown`, never `failed`."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PENDING = "pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """A gateway's word about one attempt, in our language.

    `fee` is in minor units of the attempt's currency. `late_until` is how long a failure may
    still turn into a success on this rail. What is pending ends no sooner than `not_before`, and is
    not asked about until then. `amount` and `currency` are what the gateway says it
    took or gave back: None where it does not say. `tries`: how often it tried, by itself, too.
    A gateway that tells nothing by itself says at `look_again_at` when to ask once more about money
    that it took; `disputes` are its names of the disputes about that.
    """

    outcome: Outcome
    reference: str | None = None
    fee: int = 0
    decline_class: DeclineClass | None = None
    decline_code: str | None = None
    late_until: datetime | None = None
    amount: int | None = None
    currency: str | None = None
    not_before: datetime | None = None
    tries: int = 1
    look_again_at: datetime | None = None
    disputes: tuple[str, ...] = ()


class PaymentStatus(StrEnum):
    SCHEDULED = "scheduled"  # tried at next_attempt_at
    PROCESSING = "processing"  # an attempt is open
    SUCCEEDED = "succeeded"
    GIVEN_UP = "given_up"  # waits for a new payment method, or for a person
    CANCELED = "canceled"  # nothing is left to collect, or not by us


class AttemptStatus(StrEnum):
    SENDING = "sending"  # written down; whether it was sent, only the gateway knows
    PENDING = "pending"  # the gateway says: not yet
    UNKNOWN = "unknown"  # sent, and the answer was lost
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Cause(StrEnum):
    """Who wanted the attempt."""

    SCHEDULE = "schedule"
    CUSTOMER = "customer"  # somebody pressed a button; a decline takes nothing from the retries


class SaidBy(StrEnum):
    """Who told what became of an attempt."""

    SYNC = "sync"  # the gateway, when it was called
    SWEEP = "sweep"  # the gateway, when it was asked later
    WEBHOOK = "webhook"  # the gateway, by itself
    HUMAN = "human"


OPEN = frozenset({AttemptStatus.SENDING, AttemptStatus.PENDING, AttemptStatus.UNKNOWN})

# Forward only: money that was taken is never untaken here (a refund is a record of its own),
# and a failure may still turn into a success.
ATTEMPT_MOVES: dict[AttemptStatus, frozenset[AttemptStatus]] = {
    AttemptStatus.SENDING: frozenset(
        {
            AttemptStatus.PENDING,
            AttemptStatus.UNKNOWN,
            AttemptStatus.SUCCEEDED,
            AttemptStatus.FAILED,
        }
    ),
    AttemptStatus.UNKNOWN: frozenset(
        {AttemptStatus.PENDING, AttemptStatus.SUCCEEDED, AttemptStatus.FAILED}
    ),
    AttemptStatus.PENDING: frozenset({AttemptStatus.SUCCEEDED, AttemptStatus.FAILED}),
    AttemptStatus.FAILED: frozenset({AttemptStatus.SUCCEEDED}),
    AttemptStatus.SUCCEEDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Payment:
    """The will to collect one invoice; `decline_count` counts towards the retry policy.

    While an attempt of the customer's own is open, `returns_to` and `returns_at` say what the
    payment is again if that fails: it neither hastens nor ends the retries.
    """

    id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: int
    currency: str
    status: PaymentStatus
    decline_count: int
    last_decline_code: str | None
    next_attempt_at: datetime | None
    returns_to: PaymentStatus | None
    returns_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to a gateway for a payment. Its id is the idempotency key there.

    `maybe_sent` is true from the first row on: whoever dies between the row and the call leaves
    the same trace as whoever dies after it. Only a call that certainly never left clears it.
    """

    id: UUID
    payment_id: UUID
    invoice_id: UUID
    payment_method_id: UUID | None
    gateway: str
    token: str
    amount: int
    currency: str
    number: int
    cause: Cause
    status: AttemptStatus
    decline_class: DeclineClass | None
    decline_code: str | None
    gateway_reference: str | None
    fee: int
    maybe_sent: bool
    ask_at: datetime | None
    asks: int
    late_until: datetime | None
    created_at: datetime
    finished_at: datetime | None
    gateway_account_id: UUID | None = None
    method_kind: MethodKind = MethodKind.CARD
    holder: str | None = None
    method_facts: Mapping[str, str] = field(default_factory=dict)
    fallback_of: UUID | None = None  # the attempt that moved no money, for which this was made
    notice_reference: str | None = None  # the gateway's, of the notice that it is debited on

    @property
    def is_open(self) -> bool:
        """Nobody knows its end yet, so no other attempt may begin."""
        return self.status in OPEN

    def may_come_late(self, at: datetime) -> bool:
        """It failed, but the money may still come after `at`."""
        failed = self.status is AttemptStatus.FAILED
        return failed and self.late_until is not None and self.late_until >= at


@dataclass(frozen=True, slots=True)
class AttemptMove:
    """One change of an attempt, kept for ever with who said so; None: it began so."""

    id: UUID
    attempt_id: UUID
    from_status: AttemptStatus | None
    to_status: AttemptStatus
    said_by: SaidBy
    gateway_reference: str | None
    at: datetime


class RefundStatus(StrEnum):
    SENDING = "sending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money of one attempt to be given back. Its id is the idempotency key at the gateway.

    One that was refused may be tried again: as a new refund, with the next `number`.
    """

    id: UUID
    attempt_id: UUID
    invoice_id: UUID
    gateway: str
    amount: int
    currency: str
    reason: str
    number: int
    status: RefundStatus
    gateway_reference: str | None
    ask_at: datetime | None
    asks: int
    created_at: datetime
    finished_at: datetime | None


def scheduled(
    *, id: UUID, invoice_id: UUID, customer_id: UUID, amount: int, currency: str, at: datetime
) -> Payment:
    """Return a new payment whose first attempt is due at `at`."""
    return Payment(
        id,
        invoice_id,
        customer_id,
        amount,
        currency,
        PaymentStatus.SCHEDULED,
        decline_count=0,
        last_decline_code=None,
        next_attempt_at=at,
        returns_to=None,
        returns_at=None,
        created_at=at,
        finished_at=None,
    )


def ended(payment: Payment, status: PaymentStatus, *, at: datetime) -> Payment:
    """Return the payment at its end: nothing is due of it any more."""
    return replace(
        payment,
        status=status,
        next_attempt_at=None,
        returns_to=None,
        returns_at=None,
        finished_at=at,
    )


def due_at(payment: Payment, at: datetime | None) -> Payment:
    """Return the payment scheduled for its next attempt; None: set aside, for a person."""
    return replace(
        payment,
        status=PaymentStatus.SCHEDULED,
        next_attempt_at=at,
        returns_to=None,
        returns_at=None,
        finished_at=None,
    )


def amount_payable(status: InvoiceStatus, *, total: int, paid: int) -> int:
    """Return what an invoice can still take in: one that was written off can be paid after all."""
    if status in (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE):
        return total - paid
    return 0


def learn(attempt: Attempt, answer: Answer, *, at: datetime) -> Attempt | None:
    """Return the attempt as the answer leaves it, or None when the answer is no news.

    The same answer twice, an older answer after a newer one, and a failure told after the
    success are no news: whoever brings it, in whatever order, the end is the same.
    """
    to = AttemptStatus(answer.outcome)
    if to not in ATTEMPT_MOVES[attempt.status]:
        return None
    failed = to is AttemptStatus.FAILED
    late_until = answer.late_until if failed else None
    ask_at = next_ask(to, asks=0, at=max(at, answer.not_before or at), late_until=late_until)
    if to is AttemptStatus.SUCCEEDED:
        ask_at = answer.look_again_at
    return replace(
        attempt,
        status=to,
        decline_class=(answer.decline_class or DeclineClass.SOFT) if failed else None,
        decline_code=(answer.decline_code or "declined") if failed else None,
        gateway_reference=answer.reference or attempt.gateway_reference,
        fee=answer.fee if to is AttemptStatus.SUCCEEDED else 0,
        maybe_sent=attempt.maybe_sent or not failed,
        ask_at=ask_at,
        asks=0,
        late_until=late_until,
        finished_at=None if to in OPEN else at,
    )
