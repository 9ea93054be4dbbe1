"""Void an invoice that should not have been: it keeps its number, and the books are mirrored."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.events import InvoiceVoided
from khata.core.ids import new_id
from khata.core.invoice import InvoiceStatus
from khata.core.ledger.booking import recognition_reversed
from khata.core.ledger.posting import mirrored
from khata.core.periods import day_of
from khata.core.refusal import Kind, Refusal
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.recognition import Recognition
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.regain_access import regain_access


class NotVoidable(Refusal):
    """Only an open invoice of which nothing was paid can be voided; a paid one is credited."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class VoidInvoice:
    tenant: UUID
    id: UUID
    at: datetime


def void_invoice(command: VoidInvoice, *, db: Database) -> StoredInvoice:
    """Void an open invoice: nobody owes it, nothing more is collected or earned of it.

    An attempt under way is not recalled; if it takes the money after all, that is refunded.
    Raises: NotFound, NotVoidable.
    """
    with db.transaction(command.tenant) as uow:
        owed = lock_owed(uow, command.id)
        invoice = owed.invoice
        if invoice.status is not InvoiceStatus.OPEN or invoice.amount_paid:
            raise NotVoidable(f"Invoice {invoice.number} is {invoice.status}; it cannot be voided")
        _mirror(uow, invoice, command.at)
        uow.invoices.close(invoice.id, InvoiceStatus.VOID, command.at)
        uow.payments.cancel_scheduled(invoice.id, command.at)
        uow.events.add([InvoiceVoided(invoice.id, invoice.customer_id)], command.at)
        if owed.subscription is not None:
            regain_access(uow, owed.subscription, invoice.id, cause="invoice voided", at=command.at)
        return uow.invoices.get(command.id)


def _mirror(uow: UnitOfWork, invoice: StoredInvoice, at: datetime) -> None:
    on = day_of(at, uow.tenants.get().timezone)
    issued = uow.books.entry_of(invoice.id, "invoice_issued")
    if issued is not None:
        uow.books.post([mirrored(issued, id=new_id(at), kind="invoice_voided", on=on)], at)
    recognition = Recognition(uow.connection)
    recognition.end(invoice.id)  # waits for a month that is being closed, then asks what it earned
    earned = recognition.recognized_of(invoice.id)
    entry = recognition_reversed(
        id=new_id(at), invoice_id=invoice.id, on=on, currency=invoice.currency, amount=earned
    )
    if entry is not None:
        uow.books.post([entry], at)
