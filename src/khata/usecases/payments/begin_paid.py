"""Begin a subscription whose first invoice was what it waited for."""

from dataclasses import replace
from datetime import datetime

from khata.core.events import SubscriptionActivated
from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.core.recurring_revenue import mrr_of
from khata.core.subscription import Status, Subscription, awaits_payment, move
from khata.core.waiting import next_thing_at
from khata.db.stores.due import DueWork
from khata.db.transaction import UnitOfWork


def begin_paid(uow: UnitOfWork, subscription: Subscription, *, at: datetime) -> bool:
    """Make a locked subscription active if it waited for this payment; say whether it did."""
    if not awaits_payment(subscription):
        return False
    moved, the_move = move(
        subscription,
        Status.ACTIVE,
        id=new_id(at),
        cause="first invoice paid",
        actor="payment",
        at=at,
    )
    work = DueWork(uow.connection)
    today = day_of(at, uow.tenants.get().timezone)
    due, _ = work.with_terms([work.read(subscription.id)], on=today)
    scheduled = uow.schedule.waiting_of([subscription.id]).get(subscription.id, ())
    begun = replace(
        moved,
        next_billing_at=next_thing_at(moved, scheduled),
        mrr=mrr_of(due[0].items, moved, due[0].terms) if due else 0,
    )
    uow.subscriptions.store_moved([(begun, the_move)], at, was={subscription.id: 0})
    uow.events.add([SubscriptionActivated(subscription.id, subscription.customer_id)], at)
    return True
