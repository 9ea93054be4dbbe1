"""Settle an invoice with the money of an attempt that succeeded: books, invoice, access."""

from datetime import datetime

from khata.core.events import InvoicePaid, PaymentSucceeded
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
    uow: UnitOfWork, owed: Owed, attempt: Attempt, entry: Entry, *, at: datetime
) -> None:
    """Let the attempt pay the invoice, which is locked; `entry` books where the money came.

    A debt that was written off is owed again first. A subscription that owes nothing overdue
    any more is active again.
    """
    invoice = owed.invoice
    if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
        book_recovery(uow, invoice, at=at)
    uow.books.post([entry], at)
    uow.invoices.pay(invoice.id, attempt.amount, at)
    succeeded = PaymentSucceeded(
        attempt.payment_id,
        attempt.id,
        invoice.id,
        invoice.customer_id,
        attempt.currency,
        attempt.amount,
        attempt.fee,
    )
    paid = InvoicePaid(
        invoice.id,
        invoice.customer_id,
        invoice.subscription_id,
        invoice.currency,
        invoice.total,
    )
    uow.events.add([succeeded, paid], at)
    if invoice.subscription_id is None:
        fill_by_invoice(uow, invoice.id, at=at)
    for subscription in owed.subscriptions:
        if not begin_paid(uow, subscription, at=at):
            regain_access(uow, subscription, invoice.id, cause="invoice paid", at=at)
