"""Suspend: the grace is over and the tries go on, so a subscription is without service."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from khata.core.events import SubscriptionUnpaid
from khata.core.ids import new_id
from khata.core.periods import start_of_day
from khata.core.subscription import Status, Subscription, move
from khata.db.transaction import UnitOfWork

CAUSE: Final = "grace period over"


def suspend(
    uow: UnitOfWork, subscription: Subscription, *, at: datetime, cause: str = CAUSE
) -> None:
    """Move a running subscription, locked, to unpaid; any other state stays as it is.

    Nothing is billed of days without service; an end that was set comes all the same.
    """
    if subscription.status not in (Status.ACTIVE, Status.PAST_DUE):
        return
    moved, the_move = move(
        subscription, Status.UNPAID, id=new_id(at), cause=cause, actor="dunning", at=at
    )
    if moved.cancel_on is not None:
        moved = replace(moved, next_billing_at=start_of_day(moved.cancel_on, subscription.timezone))
    uow.subscriptions.store_moved([(moved, the_move)], at, was={subscription.id: subscription.mrr})
    uow.events.add([SubscriptionUnpaid(subscription.id, subscription.customer_id)], at)
