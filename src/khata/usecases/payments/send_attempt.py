"""Send an attempt to its gateway, outside any transaction, and record what comes back."""

from datetime import datetime
from uuid import UUID

import structlog

from khata.core.gateway_health import Trouble
from khata.core.payment import Answer, Attempt, Outcome, SaidBy
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, CredentialsRefused, NotReached
from khata.ports.gateways import Gateways
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.payments.note_not_reached import note_not_reached
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
        return note_not_reached(attempt, tenant=tenant, at=at, db=db, is_refused=is_refused)
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


def _cause(ready: ReadyToSend, tenant: UUID, db: Database) -> str | None:
    """Return where the invoice was made, in the trace that made it."""
    if not are_on():
        return None
    with db.transaction(tenant) as uow:
        return uow.events.traceparent_about(ready.attempt.invoice_id)
