"""Send an attempt to its gateway, outside any transaction, and record what comes back."""

from datetime import datetime
from uuid import UUID

import structlog

from khata.core.dunning import DeclineClass
from khata.core.gateway_health import Trouble
from khata.core.payment import Answer, Attempt, Cause, Outcome, SaidBy
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import AnswerLost, CredentialsRefused, NotReached
from khata.ports.gateways import Gateways
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.payments.fall_back import FailedWay, another_way, is_allowed
from khata.usecases.payments.open_attempts import ReadyToSend
from khata.usecases.payments.record_result import RecordResult, record_result
from khata.watch import figures
from khata.watch.traces import are_on, piece

_log = structlog.get_logger(__name__)


def send_attempt(
    ready: ReadyToSend,
    *,
    tenant: UUID,
    at: datetime,
    db: Database,
    gateways: Gateways,
) -> Attempt | None:
    """Call the gateway and record its answer. The same attempt may be sent again and again.

    Not reached: only that is noted, for the row already says when to try again; where the tenant
    lets another method be tried, and there is one, the attempt ends with it. No trustworthy
    answer, whatever went wrong on the way: the outcome is unknown, never failed. Returns the
    attempt as it then is, where something was recorded of it.
    """
    cause = _cause(ready, tenant, db)
    with piece("send attempt", after=cause, khata__gateway=ready.attempt.gateway):
        return _send(ready, tenant, at, db, gateways)


def _send(
    ready: ReadyToSend, tenant: UUID, at: datetime, db: Database, gateways: Gateways
) -> Attempt | None:
    attempt = ready.attempt
    gateway = gateways.of(attempt.gateway, ready.account)
    trouble: Trouble | None = None
    try:
        if gateway is None:
            raise NotReached("what was sealed of the account does not open any more")
        answer = gateway.charge(ready.request, at=at)
    except NotReached as no:
        figures.payment_attempts.happened(attempt.gateway, "not_reached")
        is_refused = isinstance(no, CredentialsRefused)
        trouble = Trouble.REFUSED if is_refused else Trouble.NOT_REACHED
        note_call(NoteCall(tenant, ready.account, trouble, at), db=db)
        return _not_reached(attempt, tenant, at, db, is_refused=is_refused)
    except AnswerLost:
        answer, trouble = Answer(Outcome.UNKNOWN), Trouble.FAULT
    except Exception:
        _log.exception("gateway_call_failed", attempt=str(attempt.id))
        answer = Answer(Outcome.UNKNOWN)
    figures.payment_attempts.happened(attempt.gateway, answer.outcome)
    result = RecordResult(tenant, attempt.id, answer, at, SaidBy.SYNC, seen=attempt)
    recorded = record_result(result, db=db)
    if answer.outcome is not Outcome.UNKNOWN or trouble is not None:
        note_call(NoteCall(tenant, ready.account, trouble, at), db=db)
    return recorded


def _not_reached(
    attempt: Attempt, tenant: UUID, at: datetime, db: Database, *, is_refused: bool
) -> Attempt | None:
    """Note that it never left. Where another method may be tried, it has failed for good."""

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


def _cause(ready: ReadyToSend, tenant: UUID, db: Database) -> str | None:
    """Return where the invoice was made, in the trace that made it."""
    if not are_on():
        return None
    with db.transaction(tenant) as uow:
        return uow.events.traceparent_about(ready.attempt.invoice_id)
