"""Record what became of an attempt: the one door for answers, look-ups, webhooks and people."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.events import PaymentLateSuccess
from khata.core.ids import new_id
from khata.core.payment import Answer, Attempt, AttemptMove, AttemptStatus, Outcome, SaidBy, learn
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.stores.fallbacks import Fallbacks
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.mandates.end_failed_mandate import end_failed_mandate
from khata.usecases.payments.fail_payment import Failure, fail_payment
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.receive_money import receive_money
from khata.usecases.payments.set_aside import set_aside
from khata.usecases.payments.tell_fee import tell_fee


@dataclass(frozen=True, slots=True)
class RecordResult:
    """`seen` is the attempt as the caller has it: what it is for never changes.

    `only_if` is asked under the attempt's lock: nothing is recorded where it says no or refuses.
    """

    tenant: UUID
    attempt_id: UUID
    answer: Answer
    at: datetime
    said_by: SaidBy
    seen: Attempt | None = None
    only_if: Callable[[UnitOfWork, Attempt], bool] | None = None


def record_result(command: RecordResult, *, db: Database) -> Attempt:
    """Move the attempt forward and let everything follow that follows; no news changes nothing.

    The row is read again under lock, so the same answer may come twice, at once, from two sides
    and in any order: money is booked once for an attempt. Raises: NotFound.
    """
    attempt = retrying(db, command.tenant, lambda uow: _recorded(uow, command))
    end_failed_mandate(attempt, tenant=command.tenant, at=command.at, db=db)
    return attempt


def _recorded(uow: UnitOfWork, command: RecordResult) -> Attempt:
    at = command.at
    attempts = Attempts(uow.connection)
    seen = command.seen or attempts.get(command.attempt_id)
    owed = lock_owed(uow, seen.invoice_id)
    payment = uow.payments.lock(seen.payment_id)
    attempt = attempts.lock(seen.id)
    if command.only_if is not None and not command.only_if(uow, attempt):
        return attempt
    if command.answer.tries > 1:
        uow.mandate_debits.has_tried(attempt.id, command.answer.tries)
    learned = learn(attempt, command.answer, at=at)
    if learned is None:
        return _with_fee(uow, attempt, command)
    if learned.status is AttemptStatus.SUCCEEDED and _differs(attempt, command.answer):
        set_aside(uow, attempt, code="amount_differs", reason=_difference(attempt), at=at)
        return attempt
    attempts.move(learned, _move(attempt, learned, command))
    if not learned.is_open and attempt.ask_at is None:  # perhaps it was set aside for a person
        uow.parked.end("attempt", [attempt.id], at)
    if learned.status is AttemptStatus.SUCCEEDED:
        if attempt.status is AttemptStatus.FAILED:
            uow.events.add([_late(learned, payment.customer_id)], at)
        receive_money(uow, owed, payment, learned, at=at)
        if learned.fallback_of is not None:
            Fallbacks(uow.connection).end(payment.id)
    elif learned.status is AttemptStatus.FAILED:
        fail_payment(uow, owed, payment, Failure.of(learned), at=at)
    return learned


def _differs(attempt: Attempt, answer: Answer) -> bool:
    """Say whether the gateway took another sum than was asked for; some do not say what."""
    took = answer.amount is not None and answer.amount != attempt.amount
    return took or (answer.currency is not None and answer.currency != attempt.currency)


def _with_fee(uow: UnitOfWork, attempt: Attempt, command: RecordResult) -> Attempt:
    """Book the fee of money that is booked already, where the first answer did not know it yet."""
    answer = command.answer
    tells = answer.outcome is Outcome.SUCCEEDED and answer.fee > 0 and attempt.fee == 0
    if attempt.status is not AttemptStatus.SUCCEEDED or not tells or _differs(attempt, answer):
        return attempt
    told = tell_fee(uow, attempt.id, answer.fee, 0, by="gateway", at=command.at)
    return replace(attempt, fee=answer.fee) if told else attempt


def _difference(attempt: Attempt) -> str:
    return (
        "The gateway says that it took another sum than the "
        f"{attempt.amount} {attempt.currency} (minor units) asked for; look there before you "
        "resolve this attempt"
    )


def _move(before: Attempt, after: Attempt, command: RecordResult) -> AttemptMove:
    return AttemptMove(
        new_id(command.at),
        after.id,
        before.status,
        after.status,
        command.said_by,
        after.gateway_reference,
        command.at,
    )


def _late(attempt: Attempt, customer_id: UUID) -> PaymentLateSuccess:
    return PaymentLateSuccess(
        attempt.payment_id,
        attempt.id,
        attempt.invoice_id,
        customer_id,
        attempt.currency,
        attempt.amount,
    )
