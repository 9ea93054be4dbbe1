"""Write off an invoice: nobody will pay it, and the books say so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.invoice import InvoiceStatus
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import Status
from khata.db.retrying import retrying
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.invoices.book_write_off import book_write_off
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.regain_access import regain_access


class NotWritableOff(Refusal):
    """Only what is owed can be written off: the invoice is not open, or asks for a top-up."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class WriteOffInvoice:
    tenant: UUID
    id: UUID
    at: datetime


def write_off_invoice(command: WriteOffInvoice, *, db: Database) -> StoredInvoice:
    """Book what is owed of an open invoice as lost, and collect no more, not by a new card either.

    Money that comes all the same is taken, and the loss is booked back.
    Raises: NotFound, NotWritableOff.
    """
    return retrying(db, command.tenant, lambda uow: _written_off(uow, command))


def _written_off(uow: UnitOfWork, command: WriteOffInvoice) -> StoredInvoice:
    owed = lock_owed(uow, command.id)
    invoice = owed.invoice
    if invoice.status is not InvoiceStatus.OPEN:
        raise NotWritableOff(f"Invoice {invoice.number} is {invoice.status}, not owed")
    if invoice.subscription_id is None and uow.wallets.top_up_of(invoice.id) is not None:
        raise NotWritableOff(f"Nothing was sold by {invoice.number}, a top-up: void it")
    book_write_off(uow, invoice, at=command.at)
    uow.payments.cancel_scheduled(invoice.id, command.at)
    uow.payments.let_go(invoice.id)
    # Who was only behind is forgiven; who lost access gets it back by paying.
    for subscription in owed.subscriptions:
        if subscription.status is Status.PAST_DUE:
            cause = "invoice written off"
            regain_access(uow, subscription, invoice.id, cause=cause, at=command.at)
    return uow.invoices.get(command.id)
