"""What can have happened in the life of a subscription beside its beginning, changes and end."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from khata.core.event import Event


@dataclass(frozen=True, slots=True)
class SubscriptionPaused(Event):
    """A subscription is paused: no service and no invoices until it is resumed."""

    type: ClassVar[str] = "subscription.paused"
    subscription_id: UUID
    customer_id: UUID
    pause_on: date
    resume_on: date | None


@dataclass(frozen=True, slots=True)
class SubscriptionPauseScheduled(Event):
    """A subscription is to be paused from a day that is known."""

    type: ClassVar[str] = "subscription.pause_scheduled"
    subscription_id: UUID
    customer_id: UUID
    pause_on: date
    resume_on: date | None


@dataclass(frozen=True, slots=True)
class SubscriptionPauseWithdrawn(Event):
    """A pause that had been set for a day was taken back before it came."""

    type: ClassVar[str] = "subscription.pause_withdrawn"
    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionResumed(Event):
    """The pause of a subscription is over."""

    type: ClassVar[str] = "subscription.resumed"
    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionChangeDropped(Event):
    """A scheduled change could not be made on its day; the subscription goes on as it was."""

    type: ClassVar[str] = "subscription.change_dropped"
    subscription_id: UUID
    customer_id: UUID
    change_id: UUID
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class SubscriptionTrialMoved(Event):
    """The trial of a subscription ends on another day than was agreed."""

    type: ClassVar[str] = "subscription.trial_moved"
    subscription_id: UUID
    customer_id: UUID
    trial_end: date


@dataclass(frozen=True, slots=True)
class SubscriptionAnchorMoved(Event):
    """The periods of a subscription are counted from another day."""

    type: ClassVar[str] = "subscription.anchor_moved"
    subscription_id: UUID
    customer_id: UUID
    billing_anchor: date


LIFE_EVENTS: Final[tuple[type[Event], ...]] = (
    SubscriptionPaused,
    SubscriptionPauseScheduled,
    SubscriptionPauseWithdrawn,
    SubscriptionResumed,
    SubscriptionChangeDropped,
    SubscriptionTrialMoved,
    SubscriptionAnchorMoved,
)
