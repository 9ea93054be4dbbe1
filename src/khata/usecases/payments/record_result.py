"""Record what a gateway said about an attempt: the one door for answers, look-ups and webhooks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.payment import Answer, Attempt, AttemptStatus, learn
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database
from khata.usecases.payments.fail_payment import Failure, fail_payment
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.receive_money import receive_money


@dataclass(frozen=True, slots=True)
class RecordResult:
    """`seen` is the attempt as the caller has it: what it is for never changes."""

    tenant: UUID
    attempt_id: UUID
    answer: Answer
    at: datetime
    seen: Attempt | None = None


def record_result(command: RecordResult, *, db: Database) -> Attempt:
    """Move the attempt forward and let everything follow that follows; no news changes nothing.

    The row is read again under lock, so the same answer may come twice, at once, from two sides
    and in any order: money is booked once for an attempt. Raises: NotFound.
    """
    at = command.at
    with db.transaction(command.tenant) as uow:
        attempts = Attempts(uow.connection)
        seen = command.seen or attempts.get(command.attempt_id)
        owed = lock_owed(uow, seen.invoice_id)
        payment = uow.payments.lock(seen.payment_id)
        attempt = attempts.lock(seen.id)
        learned = learn(attempt, command.answer, at=at)
        if learned is None:
            return attempt
        attempts.change(learned)
        if learned.status is AttemptStatus.SUCCEEDED:
            receive_money(uow, owed, payment, learned, at=at)
        elif learned.status is AttemptStatus.FAILED:
            assert learned.decline_class is not None
            assert learned.decline_code is not None
            failure = Failure(learned.decline_class, learned.decline_code, learned.id)
            fail_payment(uow, owed, payment, failure, at=at)
        return learned
