"""Write off an invoice: nobody will pay it, and the books say so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.events import InvoiceWrittenOff
from khata.core.ids import new_id
from khata.core.invoice import InvoiceStatus
from khata.core.ledger.booking import written_off
from khata.core.periods import day_of
from khata.core.refusal import Kind, Refusal
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import Database
from khata.usecases.payments.lock_owed import lock_owed


class NotWritableOff(Refusal):
    """Only what is owed can be written off: the invoice is not open."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class WriteOffInvoice:
    tenant: UUID
    id: UUID
    at: datetime


def write_off_invoice(command: WriteOffInvoice, *, db: Database) -> StoredInvoice:
    """Book what is owed of an open invoice as a bad debt, tax included, and collect no more.

    Money that comes all the same is taken, and the loss is booked back.
    Raises: NotFound, NotWritableOff.
    """
    with db.transaction(command.tenant) as uow:
        invoice = lock_owed(uow, command.id).invoice
        if invoice.status is not InvoiceStatus.OPEN:
            raise NotWritableOff(f"Invoice {invoice.number} is {invoice.status}, not owed")
        entry = written_off(
            id=new_id(command.at),
            invoice_id=invoice.id,
            on=day_of(command.at, uow.tenants.get().timezone),
            currency=invoice.currency,
            amount=invoice.amount_due,
        )
        uow.books.post([entry], command.at)
        uow.invoices.close(invoice.id, InvoiceStatus.UNCOLLECTIBLE, command.at)
        uow.payments.cancel_scheduled(invoice.id, command.at)
        event = InvoiceWrittenOff(
            invoice.id, invoice.customer_id, invoice.currency, invoice.amount_due
        )
        uow.events.add([event], command.at)
        return uow.invoices.get(command.id)
