"""Give money back through its gateway, once for a refund."""

from datetime import datetime
from uuid import UUID

import structlog

from khata.core.payment import Answer, Outcome, Refund
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, NotReached, RefundRequest
from khata.ports.gateways import Gateways
from khata.usecases.payments.account_of import account_of

_log = structlog.get_logger(__name__)


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
        gateway = gateways.of(refund.gateway, account_of(uow, attempt))
    if gateway is None:
        return Answer(Outcome.UNKNOWN)
    request = RefundRequest(
        refund.id,
        refund.attempt_id,
        str(tenant),
        refund.amount,
        refund.currency,
        charge=attempt.gateway_reference,
        taken=attempt.amount,
    )
    try:
        known = gateway.look_up_refund(request, reference=refund.gateway_reference, at=at)
        if known is None and only_ask:
            return Answer(Outcome.UNKNOWN)
        return known or gateway.refund(request, at=at)
    except (NotReached, AnswerLost):
        return Answer(Outcome.UNKNOWN)
    except Exception:
        _log.exception("gateway_refund_failed", refund=str(refund.id))
        return Answer(Outcome.UNKNOWN)
