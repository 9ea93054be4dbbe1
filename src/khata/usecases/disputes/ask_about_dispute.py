"""Ask a gateway how a dispute stands, and record the answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from khata.core.dispute import Dispute, SeenDispute
from khata.core.payment import SaidBy
from khata.db.transaction import Database
from khata.ports.disputes import GatewayDisputes
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateways import Gateways
from khata.usecases.disputes.reach_disputes import reach_disputes
from khata.usecases.disputes.record_dispute import RecordDispute, record_dispute

_log = structlog.get_logger(__name__)


class NoAnswer(Exception):
    """The gateway cannot say now, or never can."""


@dataclass(frozen=True, slots=True)
class AskAboutDispute:
    """`reference` is the gateway's; the account's gateway is asked."""

    tenant: UUID
    account_id: UUID
    reference: str
    at: datetime
    said_by: SaidBy


def ask_about_dispute(
    command: AskAboutDispute, *, db: Database, gateways: Gateways
) -> Dispute | None:
    """Return the dispute as the gateway's word leaves it; None: it is about no payment of ours.

    Raises: NoAnswer.
    """
    with db.transaction(command.tenant) as uow:
        account = uow.gateway_accounts.get(command.account_id)
    disputes = reach_disputes(account, gateways=gateways)
    if disputes is None:
        raise NoAnswer("this gateway cannot be asked about disputes")
    seen = _read(disputes, command.reference, command.at)
    record = RecordDispute(command.tenant, command.account_id, seen, command.at, command.said_by)
    return record_dispute(record, db=db)


def _read(disputes: GatewayDisputes, reference: str, at: datetime) -> SeenDispute:
    try:
        seen = disputes.read_dispute(reference, at=at)
    except (NotReached, AnswerLost):
        raise NoAnswer("the gateway cannot say now how the dispute stands") from None
    except Exception:
        _log.exception("dispute_not_read")
        raise NoAnswer("the gateway's answer about the dispute cannot be read") from None
    if seen is None:
        raise NoAnswer("the gateway knows no such dispute")
    return seen
