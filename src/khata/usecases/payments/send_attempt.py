"""Send an attempt to its gateway, outside any transaction, and record what comes back."""

from datetime import datetime
from uuid import UUID

import structlog

from khata.core.payment import Answer, Outcome, SaidBy
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateways import Gateways
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
) -> None:
    """Call the gateway and record its answer. The same attempt may be sent again and again.

    Not reached: only that is noted, for the row already says when to try again. No trustworthy
    answer, whatever went wrong on the way: the outcome is unknown, never failed.
    """
    cause = _cause(ready, tenant, db)
    with piece("send attempt", after=cause, khata__gateway=ready.attempt.gateway):
        _send(ready, tenant, at, db, gateways)


def _send(ready: ReadyToSend, tenant: UUID, at: datetime, db: Database, gateways: Gateways) -> None:
    attempt = ready.attempt
    gateway = gateways.of(attempt.gateway, ready.account)
    try:
        if gateway is None:
            raise NotReached("what was sealed of the account does not open any more")
        answer = gateway.charge(ready.request, at=at)
    except NotReached:
        figures.payment_attempts.happened(attempt.gateway, "not_reached")
        retrying(db, tenant, lambda uow: Attempts(uow.connection).never_left(attempt.id))
        return
    except AnswerLost:
        answer = Answer(Outcome.UNKNOWN)
    except Exception:
        _log.exception("gateway_call_failed", attempt=str(attempt.id))
        answer = Answer(Outcome.UNKNOWN)
    figures.payment_attempts.happened(attempt.gateway, answer.outcome)
    record_result(RecordResult(tenant, attempt.id, answer, at, SaidBy.SYNC, seen=attempt), db=db)


def _cause(ready: ReadyToSend, tenant: UUID, db: Database) -> str | None:
    """Return where the invoice was made, in the trace that made it."""
    if not are_on():
        return None
    with db.transaction(tenant) as uow:
        return uow.events.traceparent_about(ready.attempt.invoice_id)
