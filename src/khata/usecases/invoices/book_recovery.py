"""Book that money comes for a written-off invoice, inside a transaction that has locked it."""

from datetime import datetime
from uuid import UUID

from khata.core.events import InvoiceRecovered
from khata.core.ids import new_id
from khata.core.ledger.booking_direct import bad_debt_recovered, rest_recovered
from khata.core.made_good import given_up, made_good, made_good_by
from khata.core.periods import day_of
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.recognition import Recognition
from khata.db.transaction import UnitOfWork


def book_recovery(
    uow: UnitOfWork, invoice: StoredInvoice, attempt_id: UUID, amount: int, *, at: datetime
) -> None:
    """Book what `amount` makes good: a part of the loss, or, with the last part, all of it.

    A part leaves the invoice given up, and nothing more is earned of it. Paid in full, the
    write-off is mirrored: it is owed again, and earned from the day on which that ended. The days
    that have passed since are earned when the running month is closed.
    """
    lost = uow.books.entry_of(invoice.id, "invoice_written_off")
    assert lost is not None, "what is uncollectible was written off"
    on = day_of(at, uow.tenants.get().timezone)
    before = given_up(lost) - invoice.payable
    if amount < invoice.payable:
        part = made_good_by(lost, before=before, amount=amount)
        entry = bad_debt_recovered(
            id=new_id(at),
            attempt_id=attempt_id,
            on=on,
            currency=invoice.currency,
            of_loss=part.of_loss,
            of_unearned=part.of_unearned,
        )
    else:
        was = made_good(lost, recovered=before)
        entry = rest_recovered(
            lost, id=new_id(at), on=on, of_loss=was.of_loss, of_unearned=was.of_unearned
        )
        Recognition(uow.connection).go_on(invoice.id, lost.booked_on)
    uow.books.post([entry], at)
    recovered = InvoiceRecovered(invoice.id, invoice.customer_id, invoice.currency, amount)
    uow.events.add([recovered], at)
