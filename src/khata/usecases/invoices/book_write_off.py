"""Book an invoice as lost, inside a transaction that has locked it."""

from datetime import datetime

from khata.core.events import InvoiceWrittenOff
from khata.core.ids import new_id
from khata.core.invoice import InvoiceStatus
from khata.core.ledger.booking import written_off
from khata.core.periods import day_of
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import UnitOfWork


def book_write_off(uow: UnitOfWork, invoice: StoredInvoice, *, at: datetime) -> None:
    """Turn what is owed of an open invoice into a bad debt, tax included."""
    entry = written_off(
        id=new_id(at),
        invoice_id=invoice.id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=invoice.currency,
        amount=invoice.amount_due,
    )
    uow.books.post([entry], at)
    uow.invoices.close(invoice.id, InvoiceStatus.UNCOLLECTIBLE, at)
    lost = InvoiceWrittenOff(invoice.id, invoice.customer_id, invoice.currency, invoice.amount_due)
    uow.events.add([lost], at)
