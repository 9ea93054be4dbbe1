"""Book that a written-off invoice is paid after all, inside a transaction that has locked it."""

from datetime import datetime

from khata.core.ids import new_id
from khata.core.ledger.posting import mirrored
from khata.core.periods import day_of
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.recognition import Recognition
from khata.db.transaction import UnitOfWork


def book_recovery(uow: UnitOfWork, invoice: StoredInvoice, *, at: datetime) -> None:
    """Mirror the write-off: it is owed again, and earned from the day on which that ended.

    The days that have passed since are earned when the running month is closed.
    """
    lost = uow.books.entry_of(invoice.id, "invoice_written_off")
    assert lost is not None, "what is uncollectible was written off"
    on = day_of(at, uow.tenants.get().timezone)
    uow.books.post([mirrored(lost, id=new_id(at), kind="write_off_recovered", on=on)], at)
    Recognition(uow.connection).go_on(invoice.id, lost.booked_on)
