"""Regain access: a subscription that owes nothing overdue is active again."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.events import SubscriptionActivated
from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.core.recurring_revenue import mrr_of
from khata.core.renewal import resume
from khata.core.subscription import Status, Subscription, move
from khata.db.stores.due import DueWork
from khata.db.transaction import UnitOfWork


def regain_access(
    uow: UnitOfWork, subscription: Subscription, invoice_id: UUID, *, cause: str, at: datetime
) -> None:
    """Make a locked subscription active when its invoice is settled and no other is overdue.

    What was to end by today is not begun again. One that was unpaid, or that dunning had paused,
    is billed again from today, or from where its paid period ends; another pause goes on.
    """
    is_held = subscription.status is Status.PAUSED
    if is_held and not uow.dunning.paused_by_dunning(subscription.id):
        return
    if not is_held and subscription.status not in (Status.PAST_DUE, Status.UNPAID):
        return
    today = day_of(at, subscription.timezone)
    if subscription.cancel_on is not None and subscription.cancel_on <= today:
        return  # its last day is over: the renewal that is due ends it
    if uow.payments.owes_elsewhere(subscription.id, invoice_id, today):
        return
    moved, the_move = move(
        subscription,
        Status.ACTIVE,
        id=new_id(at),
        cause=cause,
        actor="payment",
        at=at,
    )
    if is_held:
        moved = replace(moved, pause_on=None, resume_on=None, pause_policy=None)
    if is_held or subscription.status is Status.UNPAID:
        moved = replace(resume(moved, at=at), mrr=_mrr(uow, moved, at))
    uow.subscriptions.store_moved([(moved, the_move)], at, was={subscription.id: subscription.mrr})
    uow.events.add([SubscriptionActivated(subscription.id, subscription.customer_id)], at)


def _mrr(uow: UnitOfWork, subscription: Subscription, at: datetime) -> int:
    """Return what the subscription brings a month; nothing where its tax cannot be decided."""
    work = DueWork(uow.connection)
    today = day_of(at, uow.tenants.get().timezone)
    due, _ = work.with_terms([work.read(subscription.id)], on=today)
    return mrr_of(due[0].items, subscription, due[0].terms) if due else 0
