"""Speak with the gateway of a dispute, outside any transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import structlog

from khata.core.dispute import Dispute
from khata.core.refusal import Kind, Refusal
from khata.db.stores.disputes import Disputes
from khata.ports.disputes import GatewayDisputes, NotTakenByGateway
from khata.ports.gateway import AnswerLost, NotReached
from khata.usecases.disputes.reach_disputes import reach_disputes
from khata.usecases.disputes.tools import DisputeTools

T = TypeVar("T")
_log = structlog.get_logger(__name__)
_SOON = timedelta(minutes=5)


class GatewayDidNotAnswer(Refusal):
    """Nobody knows whether the gateway has taken it; it is asked in a moment."""

    kind = Kind.CONFLICT


def speak_with_gateway(
    dispute: Dispute,
    say: Callable[[GatewayDisputes], T],
    *,
    tenant: UUID,
    at: datetime,
    tools: DisputeTools,
) -> T:
    """Return the gateway's answer. Without one it is asked in five minutes what became of it.

    Raises: NotTakenByGateway, GatewayDidNotAnswer.
    """
    with tools.db.unclaimed.transaction(tenant) as uow:
        account = uow.gateway_accounts.get(dispute.account_id)
    disputes = reach_disputes(account, gateways=tools.gateways)
    if disputes is None:
        raise NotTakenByGateway(
            f"{dispute.gateway} takes no answers here: answer the dispute in its own dashboard"
        )
    try:
        return say(disputes)
    except Refusal:
        raise
    except (NotReached, AnswerLost):
        pass
    except Exception:
        _log.exception("dispute_call_failed", dispute=str(dispute.id))
    with tools.db.unclaimed.transaction(tenant) as uow:
        rows = Disputes(uow.connection)
        held = rows.lock(dispute.id)
        rows.change(replace(held, next_look_at=at + _SOON))
    raise GatewayDidNotAnswer(
        f"{dispute.gateway} did not answer. Whether it has taken this shows in a few minutes; if "
        "the dispute still awaits an answer then, send it again"
    )
