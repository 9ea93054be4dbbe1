"""Give money back through its gateway, once for a refund."""

from datetime import datetime
from uuid import UUID

import structlog

from khata.core.gateway_health import Trouble
from khata.core.payment import Answer, Outcome, Refund
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, CredentialsRefused, NotReached, RefundRequest
from khata.ports.gateways import Gateways
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.payments.account_of import account_of

_log = structlog.get_logger(__name__)

_UNKNOWN = Answer(Outcome.UNKNOWN)


def give_back_money(
    refund: Refund,
    *,
    tenant: UUID,
    at: datetime,
    db: Database,
    gateways: Gateways,
    only_ask: bool = False,
) -> Answer:
    """Return the gateway's answer: it is looked up first, and sent where it was never heard of.

    With `only_ask` it is not sent: what is not known is then unknown.
    """
    with db.transaction(tenant) as uow:
        attempt = Attempts(uow.connection).get(refund.attempt_id)
        account = account_of(uow, attempt)
        gateway = gateways.of(refund.gateway, account)
    if gateway is None:
        return _UNKNOWN
    request = RefundRequest(
        refund.id,
        refund.attempt_id,
        str(tenant),
        refund.amount,
        refund.currency,
        charge=attempt.gateway_reference,
        taken=attempt.amount,
    )
    moved, trouble = False, None
    try:
        answer = gateway.look_up_refund(request, reference=refund.gateway_reference, at=at)
        if answer is None and not only_ask:
            moved = True
            answer = gateway.refund(request, at=at)
    except NotReached as no:
        is_refused = isinstance(no, CredentialsRefused)
        trouble = Trouble.REFUSED if is_refused else Trouble.NOT_REACHED
    except AnswerLost:
        if not moved:  # of one refund: whether it says something of the account, nobody knows
            return _UNKNOWN
        trouble = Trouble.FAULT
    except Exception:
        _log.exception("gateway_refund_failed", refund=str(refund.id))
        return _UNKNOWN
    if trouble or moved or (account and account.health.trouble is not Trouble.FAULT):
        note_call(NoteCall(tenant, account, trouble, at), db=db)
    return _UNKNOWN if trouble or answer is None else answer
