"""Void an invoice that should not have been: it keeps its number, and the books are mirrored."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.voiding import Standing, check_voidable
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.invoices.book_void import book_void
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.regain_access import regain_access
from khata.usecases.wallets.withdraw_top_up import withdraw_top_up


@dataclass(frozen=True, slots=True)
class VoidInvoice:
    tenant: UUID
    id: UUID
    at: datetime


def void_invoice(command: VoidInvoice, *, db: Database) -> StoredInvoice:
    """Void an open invoice: nobody owes it, nothing more is collected or earned of it.

    What the customer's credit and wallets paid of it goes back to them.
    An attempt under way is not recalled; if it takes the money after all, that is refunded.
    Raises: NotFound, NotVoidable, PeriodFiled.
    """
    with db.transaction(command.tenant) as uow:
        owed = lock_owed(uow, command.id)
        invoice = owed.invoice
        check_voidable(_standing(uow, invoice), at=command.at)
        closed = uow.filings.hold_open(invoice.id)
        if closed is not None:
            raise closed.closes(invoice.number)
        if invoice.subscription_id is None:
            withdraw_top_up(uow, invoice.id, at=command.at)
        book_void(uow, invoice, at=command.at)
        uow.payments.cancel_scheduled(invoice.id, command.at)
        for subscription in owed.subscriptions:
            regain_access(uow, subscription, invoice.id, cause="invoice voided", at=command.at)
        return uow.invoices.get(command.id)


def _standing(uow: UnitOfWork, invoice: StoredInvoice) -> Standing:
    """Return what the invoice has gone through: the one place that knows."""
    by_funds = sum(one.amount - one.returned for one in uow.funds.of_invoice(invoice.id))
    return Standing(
        number=invoice.number,
        status=invoice.status,
        paid=max(0, invoice.amount_paid - by_funds),
        has_notes=uow.credit_notes.any_of(invoice.id),
    )
