"""Look an attempt up at its gateway."""

from datetime import datetime
from uuid import UUID

import structlog

from khata.core.payment import Answer, Attempt, Outcome
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateways import Gateways
from khata.usecases.payments.account_of import account_of
from khata.usecases.payments.request_charge import request_charge

_log = structlog.get_logger(__name__)


def look_up_attempt(
    attempt: Attempt, *, tenant: UUID, at: datetime, db: Database, gateways: Gateways
) -> Answer | None:
    """Return what became of it; None: the gateway has never heard of it; unknown: it cannot say."""
    with db.transaction(tenant) as uow:
        gateway = gateways.of(attempt.gateway, account_of(uow, attempt))
        if gateway is None:
            return Answer(Outcome.UNKNOWN)
        request = request_charge(attempt, uow.invoices.get(attempt.invoice_id), tenant=tenant)
    try:
        return gateway.look_up(request, reference=attempt.gateway_reference, at=at)
    except (NotReached, AnswerLost):
        return Answer(Outcome.UNKNOWN)
    except Exception:
        _log.exception("gateway_look_up_failed", attempt=str(attempt.id))
        return Answer(Outcome.UNKNOWN)
