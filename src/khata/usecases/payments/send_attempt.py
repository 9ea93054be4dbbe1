"""Send an attempt to its gateway, outside any transaction, and record what comes back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog

from khata.core.payment import Answer, Outcome, SaidBy
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, Gateway, NotReached
from khata.usecases.payments.open_attempts import ReadyToSend
from khata.usecases.payments.record_result import RecordResult, record_result

_log = structlog.get_logger(__name__)


def send_attempt(
    ready: ReadyToSend,
    *,
    tenant: UUID,
    at: datetime,
    db: Database,
    gateways: Mapping[str, Gateway],
) -> None:
    """Call the gateway and record its answer. The same attempt may be sent again and again.

    Not reached: only that is noted, for the row already says when to try again. No trustworthy
    answer, whatever went wrong on the way: the outcome is unknown, never failed.
    """
    attempt = ready.attempt
    gateway = gateways[attempt.gateway]
    try:
        answer = gateway.charge(ready.request, at=at)
    except NotReached:
        retrying(db, tenant, lambda uow: Attempts(uow.connection).never_left(attempt.id))
        return
    except AnswerLost:
        answer = Answer(Outcome.UNKNOWN)
    except Exception:
        _log.exception("gateway_call_failed", attempt=str(attempt.id))
        answer = Answer(Outcome.UNKNOWN)
    record_result(RecordResult(tenant, attempt.id, answer, at, SaidBy.SYNC, seen=attempt), db=db)
