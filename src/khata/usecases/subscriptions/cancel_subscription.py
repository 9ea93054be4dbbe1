"""Cancel a subscription: now, or at the end of what is paid for."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from khata.core.endings import AT_ONCE, AT_PERIOD_END
from khata.core.events import Event, SubscriptionCanceled, SubscriptionCancelScheduled
from khata.core.ids import new_id, public_id
from khata.core.periods import day_of
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.subscription import Status, Subscription, move
from khata.db.transaction import Database, UnitOfWork


class AlreadyCanceled(Refusal):
    """The subscription has ended, or its end is set already."""

    kind = Kind.CONFLICT


class When(StrEnum):
    NOW = "now"
    PERIOD_END = "period_end"


@dataclass(frozen=True, slots=True)
class CancelSubscription:
    """`reason` is the customer's or the tenant's own words."""

    tenant: UUID
    id: UUID
    at: datetime
    when: When
    reason: str | None = None
    actor: str = "api"


def cancel_subscription(command: CancelSubscription, *, db: Database) -> Subscription:
    """End a subscription now, or set the day on which it will end.

    Now: nothing more is billed, and what is owed stays owed but is retried no more.
    At period end: it renews no more; a trial ends without ever being billed. What has no paid
    period (unpaid, not begun) ends now. Raises: NotFound, AlreadyCanceled.
    """
    with db.transaction(command.tenant) as uow:
        locked = uow.subscriptions.lock([command.id])
        if not locked:
            raise NotFound("subscription", public_id("sub", command.id))
        subscription = locked[0]
        if subscription.status is Status.CANCELED:
            raise AlreadyCanceled(f"This subscription ended on {subscription.ended_on}")
        today = day_of(command.at, subscription.timezone)
        ends_on = _ends_on(subscription, command.when, today)
        if ends_on > today:
            return _scheduled(uow, subscription, ends_on, command)
        return _ended(uow, subscription, today, command)


def _ends_on(subscription: Subscription, when: When, today: date) -> date:
    if when is When.NOW or subscription.period is None or subscription.next_billing_at is None:
        return today
    return subscription.period.end


def _scheduled(
    uow: UnitOfWork, subscription: Subscription, ends_on: date, command: CancelSubscription
) -> Subscription:
    if subscription.cancel_on is not None:
        raise AlreadyCanceled(f"This subscription is set to end on {subscription.cancel_on}")
    changed = replace(
        subscription,
        cancel_on=ends_on,
        cancel_reason=command.reason or AT_PERIOD_END,
        canceled_at=command.at,
    )
    uow.subscriptions.change([changed])
    event = SubscriptionCancelScheduled(subscription.id, subscription.customer_id, ends_on)
    uow.events.add([event], command.at)
    return changed


def _ended(
    uow: UnitOfWork, subscription: Subscription, today: date, command: CancelSubscription
) -> Subscription:
    cause = command.reason or AT_ONCE
    moved, the_move = move(
        subscription,
        Status.CANCELED,
        id=new_id(command.at),
        cause=cause,
        actor=command.actor,
        at=command.at,
    )
    ended = replace(
        moved, ended_on=today, cancel_on=today, canceled_at=command.at, cancel_reason=cause
    )
    uow.subscriptions.store_moved(
        [(ended, the_move)], command.at, was={subscription.id: subscription.mrr}
    )
    uow.payments.stop_retries([subscription.id], command.at)
    event: Event = SubscriptionCanceled(subscription.id, subscription.customer_id, today, cause)
    uow.events.add([event], command.at)
    return ended
