"""Receive money that a gateway took: it pays the invoice, or else it goes back."""

from dataclasses import replace
from datetime import datetime

from khata.core.ids import new_id
from khata.core.ledger.booking import payment_received
from khata.core.payment import (
    Attempt,
    Cause,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    ended,
)
from khata.core.periods import day_of
from khata.db.stores.refunds import Refunds
from khata.db.transaction import UnitOfWork
from khata.usecases.dunning.end_campaign import end_campaign
from khata.usecases.payments.lock_owed import Owed
from khata.usecases.payments.settle_invoice import settle_invoice


def receive_money(
    uow: UnitOfWork, owed: Owed, payment: Payment, attempt: Attempt, *, at: datetime
) -> None:
    """Book the money of an attempt that succeeded; everything it touches is locked.

    What an invoice owes is settled, also where it had been written off. Money for an invoice
    that is void or paid already is a credit of the customer's, and its refund is written down; so
    is what is too much of it, where a part was paid in another way while the attempt was open.
    """
    owes = owed.invoice.payable
    applied = min(owes, attempt.amount)
    is_owed, surplus = applied > 0, attempt.amount - applied
    entry = payment_received(
        id=new_id(at),
        attempt_id=attempt.id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=attempt.currency,
        amount=attempt.amount,
        fee=attempt.fee,
        owed=is_owed,
        surplus=surplus,
    )
    entry = replace(entry, gateway_account_id=attempt.gateway_account_id)
    if is_owed:
        _finish(uow, payment, PaymentStatus.SUCCEEDED, at)
        settle_invoice(uow, owed, attempt, entry, at=at, applied=applied)
        chased = payment.last_decline_code is not None or attempt.cause is Cause.CUSTOMER
        if chased and applied >= owes:
            end_campaign(uow, owed.invoice.id, at=at, paid_by=attempt)
    else:
        _finish(uow, payment, PaymentStatus.CANCELED, at)
        uow.books.post([entry], at)
    if surplus:
        Refunds(uow.connection).add(_surplus(attempt, surplus, at))


def _finish(uow: UnitOfWork, payment: Payment, status: PaymentStatus, at: datetime) -> None:
    """End the payment; one that has succeeded keeps that end beside a surplus."""
    if payment.status is PaymentStatus.SUCCEEDED:
        return
    uow.payments.change([ended(payment, status, at=at)])
    if _was_set_aside(payment):
        uow.parked.end("payment", [payment.id], at)


def _was_set_aside(payment: Payment) -> bool:
    """It is scheduled, but for no time; or was, when somebody paid by hand."""
    scheduled = PaymentStatus.SCHEDULED
    if payment.returns_to is scheduled:
        return payment.returns_at is None
    return payment.status is scheduled and payment.next_attempt_at is None


def _surplus(attempt: Attempt, amount: int, at: datetime) -> Refund:
    return Refund(
        id=new_id(at),
        attempt_id=attempt.id,
        invoice_id=attempt.invoice_id,
        gateway=attempt.gateway,
        amount=amount,
        currency=attempt.currency,
        reason="nothing_owed",
        number=1,
        status=RefundStatus.SENDING,
        gateway_reference=None,
        ask_at=at,
        asks=0,
        created_at=at,
        finished_at=None,
    )
