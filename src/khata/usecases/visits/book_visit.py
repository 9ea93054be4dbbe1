"""Book a visit: its money is an attempt of the invoice's payment, like any other."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.asking import next_ask
from khata.core.ids import new_id
from khata.core.payment import (
    Answer,
    Attempt,
    AttemptMove,
    AttemptStatus,
    Cause,
    Outcome,
    Payment,
    PaymentStatus,
    SaidBy,
    scheduled,
)
from khata.core.visiting import Visit
from khata.db.stores.attempts import Attempts
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import UnitOfWork
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.receive_money import receive_money
from khata.usecases.payments.set_aside import set_aside

_REASON = (
    "The gateway says that the payer paid another sum than the {amount} {currency} (minor units) "
    "asked for; look there before you resolve this attempt"
)


def book_visit(
    uow: UnitOfWork, visit: Visit, paid: Answer, method_id: UUID | None, *, at: datetime
) -> bool:
    """Write the attempt, with the visit's id, and let its money pay the invoice or go back.

    The visit is locked. Money that the gateway still waits for is an attempt that is pending;
    another sum than was asked for waits for a person. False: another attempt is open, beside
    which neither can be; it is tried again later.
    """
    assert visit.invoice_id is not None, "only what is paid is booked"
    attempts = Attempts(uow.connection)
    owed = lock_owed(uow, visit.invoice_id)
    before = attempts.of_invoices([visit.invoice_id])[visit.invoice_id]
    payment = _payment(uow, owed.invoice, visit, at)
    differs = paid.outcome is Outcome.SUCCEEDED and _differs(visit, paid)
    status = AttemptStatus.UNKNOWN if differs else AttemptStatus(paid.outcome)
    number = 1 + sum(one.payment_id == payment.id for one in before)
    attempt = _attempt(visit, payment, paid, method_id, status, number=number, at=at)
    if attempt.is_open and any(one.is_open for one in before):
        return False
    attempts.add([attempt])
    attempts.add_moves([_said(attempt)])
    uow.dunning.link_used(visit.invoice_id, at)
    if attempt.status is AttemptStatus.SUCCEEDED:
        receive_money(uow, owed, payment, attempt, at=at)
        return True
    uow.payments.change([_processing(payment)])
    if differs:
        reason = _REASON.format(amount=visit.amount, currency=visit.currency)
        set_aside(uow, attempt, code="amount_differs", reason=reason, at=at)
    return True


def _payment(uow: UnitOfWork, invoice: StoredInvoice, visit: Visit, at: datetime) -> Payment:
    """Return the invoice's payment, locked: the one it has, or a new one."""
    latest = uow.payments.latest_of(invoice.id)
    goes_on = latest is not None and (
        latest.status is not PaymentStatus.SUCCEEDED or invoice.payable <= 0
    )
    if latest is not None and goes_on:
        return latest
    new = scheduled(
        id=new_id(at),
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        amount=visit.amount,
        currency=visit.currency,
        at=at,
    )
    new = replace(new, returns_to=PaymentStatus.CANCELED)
    uow.payments.add([new])
    return new


def _processing(payment: Payment) -> Payment:
    """Return the payment while the payer's own money is on its way; then it is what it was."""
    to, then = payment.returns_to, payment.returns_at
    if to is None:
        to, then = payment.status, payment.next_attempt_at
    if to in (PaymentStatus.PROCESSING, PaymentStatus.SUCCEEDED):
        to, then = PaymentStatus.CANCELED, None
    return replace(
        payment,
        status=PaymentStatus.PROCESSING,
        next_attempt_at=None,
        returns_to=to,
        returns_at=then,
        finished_at=None,
    )


def _differs(visit: Visit, paid: Answer) -> bool:
    took = paid.amount is not None and paid.amount != visit.amount
    return took or (paid.currency is not None and paid.currency != visit.currency)


def _attempt(
    visit: Visit,
    payment: Payment,
    paid: Answer,
    method_id: UUID | None,
    status: AttemptStatus,
    *,
    number: int,
    at: datetime,
) -> Attempt:
    is_open = status is not AttemptStatus.SUCCEEDED
    return Attempt(
        id=visit.id,
        payment_id=payment.id,
        invoice_id=payment.invoice_id,
        payment_method_id=method_id,
        gateway=visit.gateway,
        token="",  # the payer was there: nothing was charged by a token
        amount=visit.amount,
        currency=visit.currency,
        number=number,
        cause=Cause.CUSTOMER,
        status=status,
        decline_class=None,
        decline_code=None,
        gateway_reference=paid.reference,
        fee=0 if is_open else paid.fee,
        maybe_sent=True,
        ask_at=next_ask(status, asks=0, at=at) if is_open else paid.look_again_at,
        asks=0,
        late_until=None,
        created_at=at,
        finished_at=None if is_open else at,
        gateway_account_id=visit.gateway_account_id,
        method_kind=visit.kind,
        holder=visit.holder,
    )


def _said(attempt: Attempt) -> AttemptMove:
    at, reference = attempt.created_at, attempt.gateway_reference
    return AttemptMove(new_id(at), attempt.id, None, attempt.status, SaidBy.SYNC, reference, at)
