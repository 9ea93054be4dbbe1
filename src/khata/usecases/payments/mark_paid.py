"""Mark an invoice as paid outside any gateway: a bank transfer, a cheque, cash, tax withheld."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.ids import new_id
from khata.core.ledger.accounts import Account
from khata.core.ledger.booking_direct import received_directly
from khata.core.money import decimal_text
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
from khata.core.policies import OverPayment
from khata.core.refusal import Refusal
from khata.core.tds import Withheld
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.dunning.end_campaign import end_campaign
from khata.usecases.payments.find_purpose import find_purpose
from khata.usecases.payments.keep_as_advance import keep_as_advance
from khata.usecases.payments.keep_withheld import keep_withheld
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.pay_invoice import InvoiceNotOwed
from khata.usecases.payments.see_withheld import see_withheld
from khata.usecases.payments.settle_invoice import settle_invoice


class AmountDiffers(Refusal):
    """The amount is not one that this invoice can take."""


class OverPaymentRefused(Refusal):
    """More came than the invoice owes, and the tenant's policy is to look at it first."""


class Method(StrEnum):
    """How the money came, where no gateway brought it."""

    BANK_TRANSFER = "bank_transfer"
    UPI = "upi"
    CHEQUE = "cheque"
    CASH = "cash"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class MarkPaid:
    """`id` names the payment; `reference` is the bank's: a UTR, a cheque number.

    `amount` is what came, in minor units; None: all that is owed, less what was withheld. 0 where
    only tax that was withheld is told.
    """

    tenant: UUID
    id: UUID
    at: datetime
    invoice_id: UUID
    method: Method
    reference: str
    amount: int | None = None
    tds: Withheld | None = None


@dataclass(frozen=True, slots=True)
class _Came:
    """How what came divides; all in minor units. `bank` is what is really here."""

    bank: int
    withheld: int
    surplus: int

    @property
    def applied(self) -> int:
        return self.bank + self.withheld - self.surplus


def mark_paid(command: MarkPaid, *, db: Database) -> Payment:
    """Settle an invoice, or a part of it, with money that came directly.

    What is left is still owed, and collected as before; paid in full, collecting stops. What is
    too much is the customer's credit, or an advance where the policy says so. An attempt that is
    open stays open: what it takes beyond what is owed goes back.
    Raises: NotFound, InvoiceNotOwed, AmountDiffers, OverPaymentRefused, TdsNotPossible, TdsTooHigh.
    """
    return retrying(db, command.tenant, lambda uow: _settled(uow, command))


def _settled(uow: UnitOfWork, command: MarkPaid) -> Payment:
    at = command.at
    owed = lock_owed(uow, command.invoice_id)
    invoice = owed.invoice
    if command.tds is not None and invoice.payable > 0:
        see_withheld(uow, invoice, command.tds, at=at)
    came = _came(uow, invoice, command)
    payment = ended(_payment(command, invoice, came), PaymentStatus.SUCCEEDED, at=at)
    attempt = _attempt(command, payment, came)
    purpose = find_purpose(uow, invoice, came.surplus)
    entry = received_directly(
        id=new_id(at),
        attempt_id=attempt.id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=payment.currency,
        applied=came.bank - came.surplus,
        surplus=came.surplus,
        withheld=came.withheld,
        kept=Account.CUSTOMER_CREDIT if purpose is None else Account.WALLET_PAID,
    )
    if came.applied >= invoice.payable:
        uow.payments.cancel_scheduled(invoice.id, at)
    uow.payments.add([payment])
    attempts = Attempts(uow.connection)
    attempts.add([attempt])
    attempts.add_moves([_said(attempt)])
    settle_invoice(uow, owed, attempt, entry, at=at, applied=came.applied)
    if came.applied >= invoice.payable:
        end_campaign(uow, owed.invoice.id, at=at, paid_by=attempt)
    if command.tds is not None:
        keep_withheld(uow, invoice, command.tds, payment.id, at=at)
    if came.surplus:
        _keep(uow, invoice, came.surplus, purpose, payment.id, at)
    return payment


def _keep(
    uow: UnitOfWork,
    invoice: StoredInvoice,
    surplus: int,
    purpose: str | None,
    payment_id: UUID,
    at: datetime,
) -> None:
    """Keep a surplus: as an advance for a service, or as the customer's credit."""
    if purpose is not None:
        keep_as_advance(uow, invoice, surplus, purpose=purpose, payment_id=payment_id, at=at)
        return
    uow.customers.lock(invoice.customer_id)
    uow.credit.give(invoice.customer_id, invoice.currency, surplus, "over_payment", payment_id, at)


def _came(uow: UnitOfWork, invoice: StoredInvoice, command: MarkPaid) -> _Came:
    """Divide what came. Raises: InvoiceNotOwed, AmountDiffers, OverPaymentRefused."""
    payable = invoice.payable
    if payable <= 0:
        raise InvoiceNotOwed(f"Invoice {invoice.number} is {invoice.status}: nothing is owed")
    withheld = command.tds.amount if command.tds else 0
    bank = payable - withheld if command.amount is None else command.amount
    owes = f"Invoice {invoice.number} owes {decimal_text(payable, invoice.currency)}"
    if bank < 0 or bank + withheld <= 0:
        raise AmountDiffers(f"{owes} {invoice.currency}: say how much of it came", param="amount")
    if bank + withheld < payable and _is_top_up(uow, invoice):
        raise AmountDiffers(
            f"{owes} {invoice.currency} and tops up a wallet, which is filled when all is paid",
            param="amount",
        )
    surplus = max(bank + withheld - payable, 0)
    if surplus and uow.tenants.get().policies.over_payment is OverPayment.REFUSE:
        more = decimal_text(surplus, invoice.currency)
        raise OverPaymentRefused(
            f"{owes} {invoice.currency}; {more} more came. Record what is owed, and give the rest "
            "back or as a credit",
            param="amount",
        )
    return _Came(bank, withheld, surplus)


def _is_top_up(uow: UnitOfWork, invoice: StoredInvoice) -> bool:
    return invoice.subscription_id is None and uow.wallets.top_up_of(invoice.id) is not None


def _payment(command: MarkPaid, invoice: StoredInvoice, came: _Came) -> Payment:
    return scheduled(
        id=command.id,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        amount=came.bank or came.withheld,
        currency=invoice.currency,
        at=command.at,
    )


def _attempt(command: MarkPaid, payment: Payment, came: _Came) -> Attempt:
    """Return the record of how it was paid: the method as its gateway, the reference as token.

    One transfer may pay several invoices, so the reference need not be unique. Where only tax was
    withheld, that is the method.
    """
    return Attempt(
        id=new_id(command.at),
        payment_id=payment.id,
        invoice_id=payment.invoice_id,
        payment_method_id=None,
        gateway=command.method if came.bank else "tds",
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
