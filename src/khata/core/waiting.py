"""Waiting: what is charged with the next invoice, and what of a subscription changes on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from khata.core.charge import Charge
from khata.core.periods import start_of_day
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import Status, Subscription, awaits_payment


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """A charge that stands on the next invoice of its customer, or of one subscription."""

    id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    currency: str
    tax_behavior: str
    charge: Charge
    created_at: datetime


# Kinds of scheduled changes: new plans, and a pause, whose days the subscription itself holds.
ITEMS: Final = "items"
PAUSE: Final = "pause"


class ScheduleStatus(StrEnum):
    SCHEDULED = "scheduled"
    APPLIED = "applied"
    CANCELED = "canceled"
    FAILED = "failed"


class ChangeNotScheduled(Refusal):
    """The change is not waiting any more: it was applied, or taken back."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """What changes of a subscription on a day of the customer's calendar.

    `wish` is what was asked for, as JSON may hold it; `kind` says how to read it.
    """

    id: UUID
    subscription_id: UUID
    kind: str
    status: ScheduleStatus
    effective_on: date
    wish: Mapping[str, Any]
    actor: str
    created_at: datetime
    outcome: Mapping[str, Any] | None = None
    failure: str | None = None
    finished_at: datetime | None = None


class Dated(Protocol):
    """Something that is to happen on a day."""

    @property
    def effective_on(self) -> date: ...


def next_thing_at(subscription: Subscription, scheduled: Sequence[Dated]) -> datetime | None:
    """Return when the next thing of a subscription is due: a period, an end or a change.

    `scheduled` is in the order of days. What has ended has nothing due; what is paused or unpaid
    has no next period, only its end and what is scheduled.
    """
    if subscription.status is Status.CANCELED:
        return None
    if awaits_payment(subscription):
        return subscription.next_billing_at  # an instant: until then the payment may come
    days = [one.effective_on for one in scheduled[:1]]
    if subscription.cancel_on is not None:
        days.append(subscription.cancel_on)
    paused = subscription.status is Status.PAUSED
    turn = subscription.resume_on if paused else subscription.pause_on
    if turn is not None:
        days.append(turn)
    ordinary = _ordinary_day(subscription)
    if ordinary is not None:
        days.append(ordinary)
    return start_of_day(min(days), subscription.timezone) if days else None


def _ordinary_day(subscription: Subscription) -> date | None:
    if subscription.status is Status.INCOMPLETE:
        return subscription.start_on
    if subscription.status is Status.TRIALING:
        return subscription.trial_end
    if subscription.status in (Status.ACTIVE, Status.PAST_DUE) and subscription.period is not None:
        return subscription.period.end
    return None
