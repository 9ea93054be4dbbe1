"""Change what a subscription is for: other plans, quantities, items, another interval."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import psycopg

from khata.core.events import SubscriptionChangeScheduled
from khata.core.ids import public_id
from khata.core.periods import start_of_day
from khata.core.renewal import as_renewal
from khata.core.waiting import ITEMS, ScheduledChange, ScheduleStatus
from khata.db.stores.wishes import spelled
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.renew_due_subscriptions import store as store_renewals
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.subscriptions.lock_subscription import lock_subscription
from khata.usecases.subscriptions.plan_items import ChangeItems, Planned, plan_items


def change_items(command: ChangeItems, *, tools: Tools, db: Database) -> ScheduledChange:
    """Make the change now, or schedule it; what is due by now is billed first.

    What is due of the change is collected at once.

    Raises: NotFound, ChangeUnderWay, NothingChanges, ChangeOutsidePeriod, and what resolving,
    pricing and tax refuse.
    """
    with db.transaction(command.tenant) as uow:
        locked = lock_subscription(uow, command.id)
        _, invoices = renew_first(uow, locked, at=command.at)
        planned = plan_items(uow, command)
        invoice = _stored(uow, command, planned)
        change = uow.schedule.get(command.change_id)
    if invoice is not None:
        invoices += (invoice,)
    with suppress(psycopg.OperationalError):  # they are stored and due, whatever happens here
        settle_invoices(SettleInvoices(command.tenant, command.at, invoices), tools=tools)
    return change


def _stored(uow: UnitOfWork, command: ChangeItems, planned: Planned) -> UUID | None:
    """Store the change, and return the invoice to collect, if there is one."""
    subscription = planned.due.subscription
    is_now = planned.is_now
    uow.schedule.add(
        ScheduledChange(
            command.change_id,
            subscription.id,
            ITEMS,
            ScheduleStatus.APPLIED if is_now else ScheduleStatus.SCHEDULED,
            planned.effective_on,
            spelled(planned.wish),
            command.actor,
            command.at,
            outcome=_outcome(planned) if is_now else None,
            finished_at=command.at if is_now else None,
        )
    )
    if not is_now:
        due_at = start_of_day(planned.effective_on, subscription.timezone)
        known = subscription.next_billing_at
        earlier = due_at if known is None else min(known, due_at)
        uow.subscriptions.change([replace(subscription, next_billing_at=earlier)])
        event = SubscriptionChangeScheduled(
            subscription.id, subscription.customer_id, command.change_id, planned.effective_on
        )
        uow.events.add([event], command.at)
        return None
    later = [change for change in planned.due.changes if change.effective_on > planned.effective_on]
    renewal = as_renewal(planned.decided, planned.due, command.change_id, later=later)
    store_renewals(uow, [renewal], command.at)
    return renewal.invoice.id if renewal.invoice else None


def _outcome(planned: Planned) -> dict[str, object]:
    """Return what the change came to, for the history: names, not only ids."""
    decided = planned.decided
    return {
        "before": [_told(item.plan_name, item.quantity) for item in planned.due.items],
        "after": [_told(item.plan_name, item.quantity) for item in decided.items],
        "invoice": public_id("inv", decided.invoice.id) if decided.invoice else None,
        "credit_notes": [public_id("cn", note.id) for note in decided.notes],
    }


def _told(plan: str, quantity: int) -> dict[str, object]:
    return {"plan": plan, "quantity": quantity}
