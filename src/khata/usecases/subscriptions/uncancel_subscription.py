"""Take back a cancellation that has not happened yet."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.events import SubscriptionCancelWithdrawn
from khata.core.ids import public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.subscription import BILLED, Status, Subscription
from khata.db.transaction import Database


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
        subscription = locked[0]
        if subscription.status is Status.CANCELED or subscription.cancel_on is None:
            raise NotCanceled("This subscription has no cancellation that could be taken back")
        kept = replace(
            subscription,
            cancel_on=None,
            cancel_reason=None,
            canceled_at=None,
            # What is unpaid had its end due, and nothing else.
            next_billing_at=subscription.next_billing_at if subscription.status in BILLED else None,
        )
        uow.subscriptions.change([kept])
        event = SubscriptionCancelWithdrawn(kept.id, kept.customer_id)
        uow.events.add([event], command.at)
    return kept
