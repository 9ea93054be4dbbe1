"""Collect the payments that are due, one by one: write the intent, commit, call, record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.payment import Payment, PaymentStatus
from khata.db.stores.attempts import Ask, Attempts
from khata.db.transaction import Database
from khata.ports.gateway import Gateway
from khata.usecases.payments.ask_about_attempt import ask_about_attempt
from khata.usecases.payments.fail_payment import Failure, fail_payment
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.open_attempt import (
    CannotSend,
    NothingOwed,
    ReadyToSend,
    open_attempt,
)
from khata.usecases.payments.send_attempt import send_attempt


@dataclass(frozen=True, slots=True)
class CollectDuePayments:
    tenant: UUID
    at: datetime
    limit: int = 500
    only: tuple[UUID, ...] | None = None  # these invoices; None: whatever is due


def collect_due_payments(
    command: CollectDuePayments, *, db: Database, gateways: Mapping[str, Gateway]
) -> int:
    """Try what is due by `at`, the longest due first, and return how many were tried.

    Any number of collectors may run: each takes what no other holds. No gateway is called
    inside a transaction, and a crash at any line is found by the attempt's own row.
    """
    tried = 0
    while tried < command.limit and _collect_one(command, db, gateways):
        tried += 1
    return tried


def _collect_one(
    command: CollectDuePayments, db: Database, gateways: Mapping[str, Gateway]
) -> bool:
    at = command.at
    with db.transaction(command.tenant) as uow:
        payment = uow.payments.take_due(at, command.only)
        if payment is None:
            return False
        earlier = Attempts(uow.connection).of_invoice(payment.invoice_id)
        late = [attempt for attempt in earlier if attempt.may_come_late(at)]
        step: ReadyToSend | CannotSend | NothingOwed = NothingOwed()
        if not late:
            step = open_attempt(uow, payment, earlier=earlier, at=at, gateways=gateways)
    if late:
        for attempt in late:
            ask_about_attempt(
                Ask(attempt, is_last=False), tenant=command.tenant, at=at, db=db, gateways=gateways
            )
        step = _open_after_asking(command, payment, db, gateways)
    if isinstance(step, ReadyToSend):
        send_attempt(step, tenant=command.tenant, at=at, db=db, gateways=gateways)
    elif isinstance(step, CannotSend):
        _fail_without_call(command, payment, step, db)
    return True


def _open_after_asking(
    command: CollectDuePayments, payment: Payment, db: Database, gateways: Mapping[str, Gateway]
) -> ReadyToSend | CannotSend | NothingOwed:
    """Open the attempt unless an earlier one, thought to have failed, has paid after all."""
    with db.transaction(command.tenant) as uow:
        uow.invoices.lock(payment.invoice_id)
        again = uow.payments.lock(payment.id)
        if not _is_due(again, command.at):
            return NothingOwed()
        earlier = Attempts(uow.connection).of_invoice(payment.invoice_id)
        return open_attempt(uow, again, earlier=earlier, at=command.at, gateways=gateways)


def _fail_without_call(
    command: CollectDuePayments, payment: Payment, step: CannotSend, db: Database
) -> None:
    """Count the decline of a payment for which there was nobody to call."""
    with db.transaction(command.tenant) as uow:
        owed = lock_owed(uow, payment.invoice_id)
        again = uow.payments.lock(payment.id)
        if _is_due(again, command.at):
            failure = Failure(step.decline_class, step.decline_code, None)
            fail_payment(uow, owed, again, failure, at=command.at)


def _is_due(payment: Payment, at: datetime) -> bool:
    """Say whether the payment is still as it was when it was taken: due, and nobody else's."""
    return (
        payment.status is PaymentStatus.SCHEDULED
        and payment.next_attempt_at is not None
        and payment.next_attempt_at <= at
    )
