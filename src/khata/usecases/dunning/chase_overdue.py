"""Chase an overdue invoice that the customer pays by hand: past due at first, then reminders."""

from datetime import date, datetime
from uuid import UUID

from khata.core.events import Event, InvoiceOverdue, InvoiceReminderDue
from khata.core.periods import day_of, start_of_day
from khata.core.reminding import first_look_on, remind
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import UnitOfWork
from khata.usecases.payments.fall_behind import fall_behind
from khata.usecases.payments.lock_owed import lock_owed


def chase_overdue(
    uow: UnitOfWork, invoice_id: UUID, *, planned_at: datetime, at: datetime
) -> datetime | None:
    """Tell of the invoice what is to be told today; return when it is looked at again, if ever.

    An invoice that is not owed any more is left alone, and so is one of a subscription that was
    canceled: canceling stops dunning. Its subscription is past due from the first day on, with
    service, until it is paid, however many reminders were sent.
    """
    owed = lock_owed(uow, invoice_id)
    invoice = owed.invoice
    if invoice.amount_due <= 0 or owed.is_canceled:
        return None
    customer = uow.customers.get(invoice.customer_id)
    assert customer is not None
    zone = customer.timezone
    planned_on, today = day_of(planned_at, zone), day_of(at, zone)
    if today <= invoice.due_on:  # the customer has moved west since: it is not that day there yet
        return start_of_day(first_look_on(invoice.due_on), zone)
    days = uow.tenants.get().policies.reminder_days
    reminding = remind(invoice.due_on, planned_on=planned_on, today=today, days=days)
    events: list[Event] = []
    if planned_on == first_look_on(invoice.due_on):
        events.append(_overdue(invoice))
        fall_behind(uow, owed.subscriptions, cause="invoice overdue", at=at)
    if reminding.is_due:
        events.append(_reminder_due(invoice, today))
    uow.events.add(events, at)
    return None if reminding.next_on is None else start_of_day(reminding.next_on, zone)


def _overdue(invoice: StoredInvoice) -> InvoiceOverdue:
    return InvoiceOverdue(
        invoice.id,
        invoice.customer_id,
        invoice.subscription_id,
        invoice.currency,
        invoice.amount_due,
        invoice.due_on,
    )


def _reminder_due(invoice: StoredInvoice, today: date) -> InvoiceReminderDue:
    return InvoiceReminderDue(
        invoice.id,
        invoice.customer_id,
        invoice.subscription_id,
        invoice.currency,
        invoice.amount_due,
        (today - invoice.due_on).days,
    )
