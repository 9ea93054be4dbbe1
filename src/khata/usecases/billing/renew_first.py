"""Renew first what is due of a subscription that somebody asks something of."""

from datetime import datetime
from uuid import UUID

from khata.core.subscription import Subscription
from khata.db.transaction import UnitOfWork
from khata.usecases.billing.catch_up import catch_up


def renew_first(
    uow: UnitOfWork, subscription: Subscription, *, at: datetime
) -> tuple[Subscription, tuple[UUID, ...]]:
    """Return the subscription, which is locked, as the round of this instant leaves it.

    So what is asked for on the day on which a period ends comes to the same, whether the round
    or the wish was first. With it come the invoices that this made.
    """
    due_at = subscription.next_billing_at
    if due_at is None or due_at > at:
        return subscription, ()
    invoices = catch_up(uow, subscription.id, at=at, as_round=True)
    return uow.subscriptions.get(subscription.id), invoices
