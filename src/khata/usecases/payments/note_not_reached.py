"""Note that an attempt certainly never arrived, and let another way be tried if that may be."""

from datetime import datetime
from uuid import UUID

from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Attempt, Cause, Outcome, SaidBy
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments.fall_back import FailedWay, another_way, is_allowed
from khata.usecases.payments.record_result import RecordResult, record_result


def note_not_reached(
    attempt: Attempt, *, tenant: UUID, at: datetime, db: Database, is_refused: bool = False
) -> Attempt | None:
    """Note that it never left: its row says when it is sent again.

    Where another method may be tried at once, and there is one, it has failed for good instead:
    that certainly took nothing. Returns the attempt, if it was looked at for that.
    """

    def note(uow: UnitOfWork) -> bool:
        Attempts(uow.connection).never_left(attempt.id)
        return attempt.cause is Cause.SCHEDULE and is_allowed(uow)

    if not retrying(db, tenant, note):
        return None
    code = "credentials_refused" if is_refused else "gateway_not_reached"
    answer = Answer(Outcome.FAILED, decline_class=DeclineClass.GATEWAY_DOWN, decline_code=code)

    def can_fall_back(uow: UnitOfWork, now: Attempt) -> bool:
        if now.maybe_sent or not now.is_open:
            return False
        failed = FailedWay(now.payment_method_id, DeclineClass.GATEWAY_DOWN, now.id)
        return another_way(uow, uow.payments.get(now.payment_id), failed, at=at) is not None

    result = RecordResult(
        tenant, attempt.id, answer, at, SaidBy.SYNC, seen=attempt, only_if=can_fall_back
    )
    return record_result(result, db=db)
