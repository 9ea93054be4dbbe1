"""A subscription, its states, and the table of moves between them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from khata.core.periods import Interval, Period
from khata.core.refusal import Kind, Refusal


class Status(StrEnum):
    INCOMPLETE = "incomplete"  # agreed, not begun
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"  # an invoice could not be collected yet; service goes on
    UNPAID = (
        "unpaid"  # given up, or the grace is over; no service and no new invoices until it is paid
    )
    PAUSED = "paused"
    CANCELED = "canceled"


MOVES: dict[Status, frozenset[Status]] = {
    Status.INCOMPLETE: frozenset({Status.TRIALING, Status.ACTIVE, Status.CANCELED}),
    Status.TRIALING: frozenset({Status.ACTIVE, Status.PAUSED, Status.CANCELED}),
    Status.ACTIVE: frozenset({Status.PAST_DUE, Status.UNPAID, Status.PAUSED, Status.CANCELED}),
    Status.PAST_DUE: frozenset({Status.ACTIVE, Status.UNPAID, Status.PAUSED, Status.CANCELED}),
    Status.UNPAID: frozenset({Status.ACTIVE, Status.PAUSED, Status.CANCELED}),
    Status.PAUSED: frozenset({Status.TRIALING, Status.ACTIVE, Status.CANCELED}),
    Status.CANCELED: frozenset(),
}

# Only these are revenue that recurs; see docs/glossary.md, MRR.
COUNTED = frozenset({Status.ACTIVE, Status.PAST_DUE})
# Only these have a next renewal.
BILLED = frozenset({Status.INCOMPLETE, Status.TRIALING, Status.ACTIVE, Status.PAST_DUE})


class MoveNotAllowed(Refusal):
    """The subscription is in a state from which there is no way to the one asked for."""

    kind = Kind.CONFLICT


class CollectionMethod(StrEnum):
    CHARGE_AUTOMATICALLY = "charge_automatically"
    SEND_INVOICE = "send_invoice"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A customer's standing agreement. `next_billing_at` is when its next thing is due."""

    id: UUID
    customer_id: UUID
    registration_id: UUID
    status: Status
    collection_method: CollectionMethod
    days_until_due: int
    currency: str
    timezone: str
    interval: Interval
    tax_behavior: str
    start_on: date
    billing_anchor: date
    trial_end: date | None
    period: Period | None
    next_billing_at: datetime | None
    cancel_on: date | None
    cancel_reason: str | None
    canceled_at: datetime | None
    ended_on: date | None
    payment_method_id: UUID | None
    billed_on: date | None
    billed_count: int
    mrr: int
    created_at: datetime
    cancel_policy: str | None = None  # how days that its end leaves unused are credited
    pause_on: date | None = None  # the first day without service, of a pause to come or running
    resume_on: date | None = None  # when the pause ends by itself
    pause_policy: str | None = None  # how the days that the pause leaves unused are credited
    contract_end: date | None = None  # the first day after the contract: it ends by itself
    cycles: int | None = None  # how many billing periods the contract has, where it counts them
    waits_for_payment: bool = False  # it becomes active only when its first invoice is paid
    missing_method: str | None = None  # what the end of a trial does without a payment method
    metered: bool = False  # whether usage of it was ever charged
    usage_threshold: int | None = None  # minor units: so much usage is billed early

    def until_contract_end(self, day: date) -> date:
        """Return the day, or the contract's end where that is sooner."""
        return day if self.contract_end is None else min(day, self.contract_end)

    @property
    def ends_early(self) -> bool:
        """Say whether an end is set that is not the contract's own."""
        return self.cancel_on is not None and self.cancel_on != self.contract_end


@dataclass(frozen=True, slots=True)
class Move:
    """One change of state, kept for ever with its cause and who asked for it."""

    id: UUID
    subscription_id: UUID
    from_status: Status | None
    to_status: Status
    cause: str
    actor: str
    at: datetime


def move(
    subscription: Subscription, to: Status, *, id: UUID, cause: str, actor: str, at: datetime
) -> tuple[Subscription, Move]:
    """Return the subscription in its new state, and the move that took it there.

    What is no longer billed has nothing due; what no longer counts has no MRR.
    Raises: MoveNotAllowed.
    """
    if to not in MOVES[subscription.status]:
        raise MoveNotAllowed(f"A subscription that is {subscription.status} cannot become {to}")
    moved = replace(
        subscription,
        status=to,
        next_billing_at=subscription.next_billing_at if to in BILLED else None,
        mrr=subscription.mrr if to in COUNTED else 0,
    )
    return moved, Move(id, subscription.id, subscription.status, to, cause, actor, at)


def mrr_reason(move: Move) -> str:
    """Return why a move changed MRR, in the words of docs/glossary.md (churn, reactivation)."""
    if move.to_status is Status.PAUSED:
        return "involuntary" if move.actor == "dunning" else "paused"
    if move.to_status in (Status.CANCELED, Status.UNPAID):
        return "involuntary" if move.actor == "dunning" else "voluntary"
    if move.from_status in (Status.UNPAID, Status.PAUSED):
        return "resumed"
    return "started"


def awaits_payment(subscription: Subscription) -> bool:
    """Say whether it has its first invoice and begins only when that is paid."""
    return subscription.status is Status.INCOMPLETE and subscription.period is not None
