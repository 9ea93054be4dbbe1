"""Resume a subscription that is paused, or take back a pause that has not come."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from khata.core.ids import new_id
from khata.core.pausing import resumed
from khata.core.periods import day_of
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import Status, Subscription
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.catch_up import catch_up
from khata.usecases.billing.renew_due_subscriptions import store as store_renewals
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.subscriptions.lock_subscription import lock_subscription
from khata.usecases.subscriptions.read_standing import read_standing
from khata.usecases.subscriptions.withdraw_pause import withdraw_pause


class NotPaused(Refusal):
    """The subscription is not paused, and no pause of it is set."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class ResumeSubscription:
    tenant: UUID
    id: UUID
    at: datetime
    actor: str = "api"


def resume_subscription(command: ResumeSubscription, *, tools: Tools, db: Database) -> Subscription:
    """End the pause today, and charge from today to the next edge of the old anchor.

    Days that are paid for already are not charged again. A pause that has not come is taken back.
    Raises: NotFound, ChangeUnderWay, NotPaused, and what pricing and tax refuse.
    """
    with db.transaction(command.tenant) as uow:
        locked = lock_subscription(uow, command.id)
        subscription, before = renew_first(uow, locked, at=command.at)
        if subscription.status is not Status.PAUSED:
            return _withdrawn(uow, subscription, command)
        today = day_of(command.at, subscription.timezone)
        documents_of = day_of(command.at, uow.tenants.get().timezone)
        due = read_standing(uow, subscription, today, documents_of)
        ids = iter(lambda: new_id(command.at), None)
        renewal = resumed(due, today, at=command.at, ids=ids, actor=command.actor)
        store_renewals(uow, [renewal], command.at)
        invoices = before + catch_up(uow, command.id, at=command.at)
    with suppress(psycopg.OperationalError):  # they are stored and due, whatever happens here
        settle_invoices(SettleInvoices(command.tenant, command.at, invoices), tools=tools)
    with db.transaction(command.tenant) as uow:
        return uow.subscriptions.get(command.id)


def _withdrawn(
    uow: UnitOfWork, subscription: Subscription, command: ResumeSubscription
) -> Subscription:
    if subscription.status is Status.CANCELED or subscription.pause_on is None:
        raise NotPaused(f"This subscription is {subscription.status}, and no pause of it is set")
    return withdraw_pause(uow, subscription, at=command.at)
