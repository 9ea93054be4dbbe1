"""Void an invoice that should not have been: it keeps its number, and the books are mirrored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from khata.core.e_invoice.states import EInvoiceState
from khata.core.voiding import NotVoidable, Standing
from khata.core.voiding import check_voidable as check_standing
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.revising import carried_by
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.invoices.book_void import book_void
from khata.usecases.payments.lock_owed import Owed, lock_owed
from khata.usecases.payments.regain_access import regain_access
from khata.usecases.wallets.withdraw_top_up import withdraw_top_up

_AT_PORTAL: Final = (EInvoiceState.SUBMITTED, EInvoiceState.GENERATED)


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
        one = uow.e_invoices.of_invoice(command.id)
        if one is not None and one.state in _AT_PORTAL:
            raise NotVoidable(
                f"Invoice {owed.invoice.number} has an IRN, or may have one: cancel its e-invoice, "
                "which voids it, or credit it (CGST Act s.34)"
            )
        return void_locked(uow, owed, at=command.at)


def check_voidable(uow: UnitOfWork, invoice: StoredInvoice) -> None:
    """Refuse what only a credit note may take back. Raises: NotVoidable, PeriodFiled."""
    check_standing(_standing(uow, invoice))
    closed = uow.filings.hold_open(invoice.id)
    if closed is not None:
        raise closed.closes(invoice.number)


def void_locked(uow: UnitOfWork, owed: Owed, *, at: datetime) -> StoredInvoice:
    """Void an invoice that is locked with its subscriptions. Raises: NotVoidable, PeriodFiled."""
    invoice = owed.invoice
    check_voidable(uow, invoice)
    if invoice.subscription_id is None:
        withdraw_top_up(uow, invoice.id, at=at)
    book_void(uow, invoice, at=at)
    uow.payments.cancel_scheduled(invoice.id, at)
    for subscription in owed.subscriptions:
        regain_access(uow, subscription, invoice.id, cause="invoice voided", at=at)
    return uow.invoices.get(invoice.id)


def _standing(uow: UnitOfWork, invoice: StoredInvoice) -> Standing:
    """Return what the invoice has gone through: the one place that knows."""
    by_funds = sum(one.amount - one.returned for one in uow.funds.of_invoice(invoice.id))
    by_funds -= min(by_funds, carried_by(uow.connection, invoice.id))  # that came as money
    return Standing(
        number=invoice.number,
        status=invoice.status,
        paid=max(0, invoice.amount_paid - by_funds),
        has_notes=uow.credit_notes.any_of(invoice.id),
    )
