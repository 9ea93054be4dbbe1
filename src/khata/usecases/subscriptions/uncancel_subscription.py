"""Take back a cancellation that has not happened yet."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.endings import CONTRACT_ENDED
from khata.core.events import SubscriptionCancelWithdrawn
from khata.core.ids import public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.subscription import Status, Subscription
from khata.core.waiting import next_thing_at
from khata.db.transaction import Database
from khata.usecases.billing.renew_first import renew_first


class NotCanceled(Refusal):
    """There is no cancellation to take back: none is set, or the subscription has ended."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class UncancelSubscription:
    tenant: UUID
    id: UUID
    at: datetime


def uncancel_subscription(command: UncancelSubscription, *, db: Database) -> Subscription:
    """Let a subscription that was to end renew again. Raises: NotFound, NotCanceled."""
    with db.transaction(command.tenant) as uow:
        locked = uow.subscriptions.lock([command.id])
        if not locked:
            raise NotFound("subscription", public_id("sub", command.id))
        subscription, _ = renew_first(uow, locked[0], at=command.at)  # its end may be due
        if subscription.status is Status.CANCELED or not subscription.ends_early:
            raise NotCanceled("This subscription has no cancellation that could be taken back")
        kept = replace(
            subscription,
            cancel_on=subscription.contract_end,
            cancel_reason=CONTRACT_ENDED if subscription.contract_end else None,
            canceled_at=None,
            cancel_policy=None,
        )
        if subscription.next_billing_at is not None:  # else it waits for a person, and goes on to
            scheduled = uow.schedule.waiting_of([kept.id]).get(kept.id, ())
            kept = replace(kept, next_billing_at=next_thing_at(kept, scheduled))
        uow.subscriptions.change([kept])
        event = SubscriptionCancelWithdrawn(kept.id, kept.customer_id)
        uow.events.add([event], command.at)
    return kept
