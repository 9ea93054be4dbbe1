"""Ask gateways what became of attempts: crashed, unknown, pending, or perhaps paid late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database
from khata.ports.gateway import Gateway
from khata.usecases.payments.ask_about_attempt import ask_about_attempt


@dataclass(frozen=True, slots=True)
class AskAboutAttempts:
    tenant: UUID
    at: datetime
    limit: int = 100


def ask_about_attempts(
    command: AskAboutAttempts, *, db: Database, gateways: Mapping[str, Gateway]
) -> int:
    """Ask about every attempt whose time has come and return how many were asked about.

    Each ask is counted before it is made, so an attempt that kills its asker is not asked
    about for ever.
    """
    with db.transaction(command.tenant) as uow:
        asks = Attempts(uow.connection).take_asks(command.at, limit=command.limit)
    for ask in asks:
        ask_about_attempt(ask, tenant=command.tenant, at=command.at, db=db, gateways=gateways)
    return len(asks)
