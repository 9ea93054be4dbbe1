"""Look an attempt up at its gateway."""

from datetime import datetime
from uuid import UUID

import structlog

from khata.core.gateway_health import Trouble
from khata.core.payment import Answer, Attempt, Outcome
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, CredentialsRefused, NotReached
from khata.ports.gateways import Gateways
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.payments.account_of import account_of
from khata.usecases.payments.request_charge import request_charge

_log = structlog.get_logger(__name__)


def look_up_attempt(
    attempt: Attempt, *, tenant: UUID, at: datetime, db: Database, gateways: Gateways
) -> Answer | None:
    """Return what became of it; None: the gateway has never heard of it; unknown: it cannot say."""
    with db.transaction(tenant) as uow:
        account = account_of(uow, attempt)
        gateway = gateways.of(attempt.gateway, account)
        if gateway is None:
            return Answer(Outcome.UNKNOWN)
        request = request_charge(attempt, uow.invoices.get(attempt.invoice_id), tenant=tenant)
    trouble: Trouble | None = None
    try:
        answer = gateway.look_up(request, reference=attempt.gateway_reference, at=at)
    except NotReached as no:
        is_refused = isinstance(no, CredentialsRefused)
        trouble = Trouble.REFUSED if is_refused else Trouble.NOT_REACHED
        answer = Answer(Outcome.UNKNOWN)
    except AnswerLost:  # of one attempt: whether it says something of the account, nobody knows
        return Answer(Outcome.UNKNOWN)
    except Exception:
        _log.exception("gateway_look_up_failed", attempt=str(attempt.id))
        return Answer(Outcome.UNKNOWN)
    if trouble is not None or (account and account.health.trouble is not Trouble.FAULT):
        # That it can be read says nothing of whether it charges again.
        note_call(NoteCall(tenant, account, trouble, at), db=db)
    return answer
