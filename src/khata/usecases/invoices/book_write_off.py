"""Book an invoice as lost, inside a transaction that has locked it."""

from datetime import date, datetime

from khata.core.events import InvoiceWrittenOff
from khata.core.ids import new_id
from khata.core.invoice import InvoiceStatus
from khata.core.ledger.booking import revenue_recognized, written_off
from khata.core.ledger.recognition import earned_until
from khata.core.periods import day_of
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.recognition import Recognition
from khata.db.transaction import UnitOfWork


def book_write_off(uow: UnitOfWork, invoice: StoredInvoice, *, at: datetime) -> None:
    """Turn what is owed of an open invoice into a loss, tax included; earn no more of it.

    Days before this one were delivered: they are earned first. What was not delivered is taken
    out of deferred revenue: it is neither revenue nor a bad debt.
    """
    on = day_of(at, uow.tenants.get().timezone)
    entry = written_off(
        id=new_id(at),
        invoice_id=invoice.id,
        on=on,
        currency=invoice.currency,
        amount=invoice.amount_due,
        unearned=_left_unearned(uow, invoice, on, at),
        paid=invoice.amount_paid,
    )
    uow.books.post([entry], at)
    uow.invoices.close(invoice.id, InvoiceStatus.UNCOLLECTIBLE, at)
    lost = InvoiceWrittenOff(invoice.id, invoice.customer_id, invoice.currency, invoice.amount_due)
    uow.events.add([lost], at)


def _left_unearned(uow: UnitOfWork, invoice: StoredInvoice, today: date, at: datetime) -> int:
    """Earn what was delivered before today, end the rest, and return how much that is, net."""
    recognition = Recognition(uow.connection)
    lines = recognition.lock_unearned_of(invoice.id)
    earned = [earned_until(today, line) for line in lines]
    parts = [part for part in earned if part.amount]
    id = new_id(at)
    sums = [(invoice.currency, sum(part.amount for part in parts))]
    entry = revenue_recognized(id=id, source_id=id, on=today, amounts=sums)
    if entry is not None:
        uow.books.post([entry], at)
        recognition.store(parts, month_end=today, entry_id=id)
    recognition.end(invoice.id)
    return recognition.net_of(invoice.id) - recognition.recognized_of(invoice.id)
