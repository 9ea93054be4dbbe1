"""Fall behind: a subscription whose invoice was not paid in time is past due; service goes on."""

from collections.abc import Sequence
from datetime import datetime

from khata.core.events import Event, SubscriptionPastDue
from khata.core.ids import new_id
from khata.core.subscription import Status, Subscription, move
from khata.db.transaction import UnitOfWork


def fall_behind(
    uow: UnitOfWork,
    subscriptions: Sequence[Subscription],
    *,
    at: datetime,
    cause: str = "payment failed",
    told: Sequence[Event] = (),
) -> None:
    """Move active subscriptions, locked, to past due; in any other state they stay as they are.

    `told` are events that come before those of the subscriptions, and are stored with them.
    """
    active = [one for one in subscriptions if one.status is Status.ACTIVE]
    if active:
        moved = [
            move(one, Status.PAST_DUE, id=new_id(at), cause=cause, actor="dunning", at=at)
            for one in active
        ]
        uow.subscriptions.store_moved(moved, at, was={one.id: one.mrr for one in active})
    behind = [SubscriptionPastDue(one.id, one.customer_id) for one in active]
    uow.events.add([*told, *behind], at)
