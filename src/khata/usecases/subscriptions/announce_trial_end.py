"""Announce the end of a trial: what will be charged then, while the customer can still leave."""

from datetime import datetime
from uuid import UUID

from khata.core.events import SubscriptionTrialEnding
from khata.core.subscription import Status
from khata.db.transaction import UnitOfWork
from khata.usecases.billing.next_invoice import NothingToCome, next_invoice


def announce_trial_end(uow: UnitOfWork, subscription_id: UUID, *, at: datetime) -> None:
    """Tell what the first invoice will come to; a trial that leads to none is not announced.

    Raises: what the renewal itself would refuse, days before it has to.
    """
    subscription = uow.subscriptions.get(subscription_id)
    ends = subscription.trial_end
    if subscription.status is not Status.TRIALING or ends is None:
        return
    if subscription.cancel_on is not None and subscription.cancel_on <= ends:
        return
    try:
        invoice = next_invoice(uow, subscription_id, at=at)
    except NothingToCome:
        return
    uow.events.add(
        [
            SubscriptionTrialEnding(
                subscription.id,
                subscription.customer_id,
                ends,
                invoice.currency,
                invoice.total,
            )
        ],
        at,
    )
