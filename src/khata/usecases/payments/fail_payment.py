"""Fail a payment: what a decline does to the payment, to access, and who is told."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.dunning import DeclineClass, GiveUp, Retry, counts, decide
from khata.core.events import PaymentFailed
from khata.core.payment import Payment, PaymentStatus
from khata.core.subscription import Status
from khata.db.transaction import UnitOfWork
from khata.usecases.payments.fall_behind import fall_behind
from khata.usecases.payments.give_up import give_up
from khata.usecases.payments.lock_owed import Owed

_OPEN = (PaymentStatus.SCHEDULED, PaymentStatus.PROCESSING)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed; `attempt_id` is None where there was nothing to call."""

    decline_class: DeclineClass
    decline_code: str
    attempt_id: UUID | None


def fail_payment(
    uow: UnitOfWork, owed: Owed, payment: Payment, failure: Failure, *, at: datetime
) -> None:
    """Schedule the next attempt or give up; the payment and what it is for are locked.

    An invoice that is no longer owed is not collected again, nor is one of a subscription that
    was canceled. A gateway that was down changes nothing but the time.
    """
    if payment.status not in _OPEN:
        return
    if owed.invoice.amount_due <= 0:
        _end(uow, payment, PaymentStatus.CANCELED, at)
        return
    counted = counts(failure.decline_class)
    declined = replace(
        payment,
        decline_count=payment.decline_count + counted,
        last_decline_code=failure.decline_code,
    )
    decision = decide(
        failure.decline_class,
        decline_count=declined.decline_count,
        policies=uow.tenants.get().policies,
        at=at,
    )
    retry_at = None
    if isinstance(decision, Retry) and not _is_canceled(owed):
        retry_at = decision.at
    if retry_at is not None:
        uow.payments.change(
            replace(declined, status=PaymentStatus.SCHEDULED, next_attempt_at=retry_at)
        )
    else:
        given_up = isinstance(decision, GiveUp)
        end = PaymentStatus.GIVEN_UP if given_up else PaymentStatus.CANCELED
        _end(uow, declined, end, at)
    if counted:
        uow.events.add([_failed(payment, failure, retry_at)], at)
    if isinstance(decision, GiveUp):
        give_up(uow, owed, declined, decision.then, at=at)
    elif counted and owed.subscription is not None:
        fall_behind(uow, owed.subscription, at=at)


def _is_canceled(owed: Owed) -> bool:
    return owed.subscription is not None and owed.subscription.status is Status.CANCELED


def _end(uow: UnitOfWork, payment: Payment, status: PaymentStatus, at: datetime) -> None:
    uow.payments.change(replace(payment, status=status, next_attempt_at=None, finished_at=at))


def _failed(payment: Payment, failure: Failure, next_at: datetime | None) -> PaymentFailed:
    return PaymentFailed(
        payment.id,
        failure.attempt_id,
        payment.invoice_id,
        payment.customer_id,
        payment.currency,
        payment.amount,
        failure.decline_class,
        failure.decline_code,
        next_at,
    )
