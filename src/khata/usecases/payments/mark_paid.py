"""Mark an invoice as paid outside any gateway: a bank transfer, a cheque, cash."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.ids import new_id
from khata.core.ledger.booking import paid_directly
from khata.core.payment import (
    Attempt,
    AttemptMove,
    AttemptStatus,
    Cause,
    Payment,
    PaymentStatus,
    SaidBy,
    ended,
    scheduled,
)
from khata.core.periods import day_of
from khata.core.refusal import Refusal
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.dunning.end_campaign import end_campaign
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.pay_invoice import InvoiceNotOwed
from khata.usecases.payments.settle_invoice import settle_invoice


class AmountDiffers(Refusal):
    """The amount is not what the invoice still owes; it is settled as a whole."""


class Method(StrEnum):
    """How the money came, where no gateway brought it."""

    BANK_TRANSFER = "bank_transfer"
    UPI = "upi"
    CHEQUE = "cheque"
    CASH = "cash"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class MarkPaid:
    """`id` names the payment; `reference` is the bank's: a UTR, a cheque number."""

    tenant: UUID
    id: UUID
    at: datetime
    invoice_id: UUID
    method: Method
    reference: str
    amount: int | None = None


def mark_paid(command: MarkPaid, *, db: Database) -> Payment:
    """Settle the whole invoice with money that came directly, and stop collecting it.

    An attempt that is open stays open: if it succeeds after all, its money goes back.
    Raises: NotFound, InvoiceNotOwed, AmountDiffers.
    """
    return retrying(db, command.tenant, lambda uow: _settled(uow, command))


def _settled(uow: UnitOfWork, command: MarkPaid) -> Payment:
    at = command.at
    owed = lock_owed(uow, command.invoice_id)
    amount = _amount(owed.invoice, command)
    payment = ended(_payment(command, owed.invoice, amount), PaymentStatus.SUCCEEDED, at=at)
    attempt = _attempt(command, payment)
    entry = paid_directly(
        id=new_id(at),
        invoice_id=owed.invoice.id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=payment.currency,
        amount=amount,
    )
    uow.payments.cancel_scheduled(owed.invoice.id, at)
    uow.payments.add([payment])
    attempts = Attempts(uow.connection)
    attempts.add([attempt])
    attempts.add_moves([_said(attempt)])
    settle_invoice(uow, owed, attempt, entry, at=at)
    end_campaign(uow, owed.invoice.id, at=at, paid_by=attempt)
    return payment


def _amount(invoice: StoredInvoice, command: MarkPaid) -> int:
    amount = invoice.payable
    if amount <= 0:
        raise InvoiceNotOwed(f"Invoice {invoice.number} is {invoice.status}: nothing is owed")
    if command.amount is not None and command.amount != amount:
        raise AmountDiffers(
            f"Invoice {invoice.number} owes {amount} minor units of {invoice.currency}, "
            f"not {command.amount}",
            param="amount",
        )
    return amount


def _payment(command: MarkPaid, invoice: StoredInvoice, amount: int) -> Payment:
    return scheduled(
        id=command.id,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        amount=amount,
        currency=invoice.currency,
        at=command.at,
    )


def _attempt(command: MarkPaid, payment: Payment) -> Attempt:
    """Return the record of how it was paid: the method as its gateway, the reference as token.

    One transfer may pay several invoices, so the reference need not be unique.
    """
    return Attempt(
        id=new_id(command.at),
        payment_id=payment.id,
        invoice_id=payment.invoice_id,
        payment_method_id=None,
        gateway=command.method,
        token=command.reference,
        amount=payment.amount,
        currency=payment.currency,
        number=1,
        cause=Cause.CUSTOMER,
        status=AttemptStatus.SUCCEEDED,
        decline_class=None,
        decline_code=None,
        gateway_reference=None,
        fee=0,
        maybe_sent=False,
        ask_at=None,
        asks=0,
        late_until=None,
        created_at=command.at,
        finished_at=command.at,
    )


def _said(attempt: Attempt) -> AttemptMove:
    at = attempt.created_at
    return AttemptMove(new_id(at), attempt.id, None, attempt.status, SaidBy.HUMAN, None, at)
