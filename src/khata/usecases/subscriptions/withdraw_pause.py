"""Take back a pause that has not come, inside a transaction that holds the subscription."""

from dataclasses import replace
from datetime import datetime

from khata.core.life_events import SubscriptionPauseWithdrawn
from khata.core.subscription import Subscription
from khata.core.waiting import ScheduleStatus, next_thing_at
from khata.db.transaction import UnitOfWork


def withdraw_pause(uow: UnitOfWork, subscription: Subscription, *, at: datetime) -> Subscription:
    """Let the subscription go on as if no pause had been set, and return it so."""
    kept = replace(subscription, pause_on=None, resume_on=None, pause_policy=None)
    if subscription.next_billing_at is not None:  # else it waits for a person to look
        scheduled = uow.schedule.waiting_of([kept.id]).get(kept.id, ())
        kept = replace(kept, next_billing_at=next_thing_at(kept, scheduled))
    uow.subscriptions.change([kept])
    uow.schedule.finish_pauses([kept.id], ScheduleStatus.CANCELED, at)
    uow.events.add([SubscriptionPauseWithdrawn(kept.id, kept.customer_id)], at)
    return kept
