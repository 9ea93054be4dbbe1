"""Fall behind: a subscription whose invoice was not paid in time is past due; service goes on."""

from datetime import datetime

from khata.core.events import SubscriptionPastDue
from khata.core.ids import new_id
from khata.core.subscription import Status, Subscription, move
from khata.db.transaction import UnitOfWork


def fall_behind(
    uow: UnitOfWork, subscription: Subscription, *, at: datetime, cause: str = "payment failed"
) -> None:
    """Move an active subscription, locked, to past due; any other state stays as it is."""
    if subscription.status is not Status.ACTIVE:
        return
    moved = move(
        subscription,
        Status.PAST_DUE,
        id=new_id(at),
        cause=cause,
        actor="dunning",
        at=at,
    )
    uow.subscriptions.store_moved([moved], at, was={subscription.id: subscription.mrr})
    uow.events.add([SubscriptionPastDue(subscription.id, subscription.customer_id)], at)
