"""Hear of disputes where no webhook tells of them: an answer about a payment names them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from khata.core.payment import Attempt, SaidBy
from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.usecases.disputes.ask_about_dispute import (
    AskAboutDispute,
    NoAnswer,
    ask_about_dispute,
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HearOfDisputes:
    """`references` are the gateway's names of the disputes about the attempt."""

    tenant: UUID
    attempt: Attempt
    references: tuple[str, ...]
    at: datetime


def hear_of_disputes(command: HearOfDisputes, *, db: Database, gateways: Gateways) -> None:
    """Ask about each dispute and record it, with the attempt's account or what stands in for one.

    Asked about daily from then on, as any other; named again, it is the same.
    """
    tenant, attempt = command.tenant, command.attempt
    account_id = attempt.gateway_account_id
    if account_id is None:
        with db.transaction(tenant) as uow:
            account_id = uow.gateway_accounts.stand_in(attempt.gateway, command.at)
    for reference in command.references:
        ask = AskAboutDispute(tenant, account_id, reference, command.at, SaidBy.SWEEP)
        try:
            ask_about_dispute(ask, db=db, gateways=gateways)
        except NoAnswer as no:
            _log.warning("dispute_not_told", attempt=str(attempt.id), why=str(no))
