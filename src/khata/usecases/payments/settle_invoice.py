"""Settle an invoice with the money of an attempt that succeeded: books, invoice, access."""

from datetime import datetime

from khata.core.events import Event, InvoicePaid, InvoicePartPaid, PaymentSucceeded
from khata.core.invoice import InvoiceStatus
from khata.core.ledger.posting import Entry
from khata.core.payment import Attempt
from khata.db.transaction import UnitOfWork
from khata.usecases.invoices.book_recovery import book_recovery
from khata.usecases.payments.begin_paid import begin_paid
from khata.usecases.payments.lock_owed import Owed
from khata.usecases.payments.regain_access import regain_access
from khata.usecases.wallets.fill_by_invoice import fill_by_invoice


def settle_invoice(
    uow: UnitOfWork,
    owed: Owed,
    attempt: Attempt,
    entry: Entry,
    *,
    at: datetime,
    applied: int | None = None,
) -> None:
    """Let the attempt pay the invoice, which is locked; `entry` books where the money came.

    `applied` is what the invoice gets of it; None: all. A debt that was written off is owed again
    first. What is paid in part stays open, and only the rest is collected. A subscription that
    owes nothing overdue any more is active again.
    """
    invoice = owed.invoice
    applied = attempt.amount if applied is None else applied
    left = invoice.payable - applied
    if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
        book_recovery(uow, invoice, attempt.id, applied, at=at)
    uow.books.post([entry], at)
    uow.invoices.pay(invoice.id, applied, at)
    succeeded = PaymentSucceeded(
        attempt.payment_id,
        attempt.id,
        invoice.id,
        invoice.customer_id,
        attempt.currency,
        attempt.amount,
        attempt.fee,
    )
    uow.events.add([succeeded, _paid(owed, applied, left)], at)
    if left > 0:
        uow.payments.owe_less(invoice.id, left)
        return
    if invoice.subscription_id is None:
        fill_by_invoice(uow, invoice.id, at=at)
    for subscription in owed.subscriptions:
        if not begin_paid(uow, subscription, at=at):
            regain_access(uow, subscription, invoice.id, cause="invoice paid", at=at)


def _paid(owed: Owed, applied: int, left: int) -> Event:
    invoice = owed.invoice
    if left > 0:
        return InvoicePartPaid(invoice.id, invoice.customer_id, invoice.currency, applied, left)
    return InvoicePaid(
        invoice.id,
        invoice.customer_id,
        invoice.subscription_id,
        invoice.currency,
        invoice.total,
    )
