"""Book that an invoice is void, inside a transaction that has locked it."""

from datetime import datetime

from khata.core.events import InvoiceVoided
from khata.core.ids import new_id
from khata.core.invoice import InvoiceStatus
from khata.core.ledger.accounts import Account
from khata.core.ledger.booking import recognition_reversed
from khata.core.ledger.posting import mirrored
from khata.core.periods import day_of
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.recognition import Recognition
from khata.db.stores.tax_quotes import TaxQuotes
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.return_funds import return_funds


def book_void(uow: UnitOfWork, invoice: StoredInvoice, *, at: datetime) -> None:
    """Mirror what was booked of an invoice, give back what funds paid of it, and tell it.

    It keeps its number; what was earned of it is taken back.
    """
    on = day_of(at, uow.tenants.get().timezone)
    issued = uow.books.entry_of(invoice.id, "invoice_issued")
    if issued is not None:
        uow.books.post([mirrored(issued, id=new_id(at), kind="invoice_voided", on=on)], at)
    _take_back_earned(uow, invoice, at)
    if invoice.amount_paid:
        uow.invoices.unpay(invoice.id, _return(uow, invoice, at))
    uow.invoices.close(invoice.id, InvoiceStatus.VOID, at)
    TaxQuotes(uow.connection).void(invoice.id, at)
    uow.events.add([InvoiceVoided(invoice.id, invoice.customer_id)], at)


def _return(uow: UnitOfWork, invoice: StoredInvoice, at: datetime) -> int:
    back = return_funds(
        uow,
        invoice,
        invoice.amount_paid,
        cause="invoice_voided",
        source_id=invoice.id,
        owed_by=Account.RECEIVABLE,
        at=at,
    )
    return back.amount


def _take_back_earned(uow: UnitOfWork, invoice: StoredInvoice, at: datetime) -> None:
    recognition = Recognition(uow.connection)
    recognition.end(invoice.id)  # waits for a month that is being closed, then asks what it earned
    entry = recognition_reversed(
        id=new_id(at),
        invoice_id=invoice.id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=invoice.currency,
        amount=recognition.recognized_of(invoice.id),
    )
    if entry is not None:
        uow.books.post([entry], at)
