"""Ask gateways what became of attempts: crashed, unknown, pending, or perhaps paid late."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.core.refusal import unforeseen
from khata.db.retrying import retrying
from khata.db.stores.attempts import Ask, Attempts
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.payments.ask_about_attempt import ask_about_attempt
from khata.usecases.payments.set_aside import set_aside

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AskAboutAttempts:
    tenant: UUID
    at: datetime
    limit: int = 100


def ask_about_attempts(command: AskAboutAttempts, *, db: Database, gateways: Gateways) -> int:
    """Ask about every attempt whose time has come and return how many were asked about.

    Each ask is counted before it is made, so an attempt that kills its asker is not asked
    about for ever. One that breaks on a fault of ours is set aside; the others go on.
    """
    asks = retrying(
        db,
        command.tenant,
        lambda uow: Attempts(uow.connection).take_asks(command.at, limit=command.limit),
    )
    for ask in asks:
        try:
            ask_about_attempt(ask, tenant=command.tenant, at=command.at, db=db, gateways=gateways)
        except psycopg.OperationalError:
            raise
        except Exception as fault:
            _log.exception("asking_failed", attempt=str(ask.attempt.id))
            _set_aside(ask, fault, command, db)
    return len(asks)


def _set_aside(ask: Ask, fault: Exception, command: AskAboutAttempts, db: Database) -> None:
    reason = unforeseen(fault)

    def park(uow: UnitOfWork) -> None:
        set_aside(uow, ask.attempt, code="recording_failed", reason=reason, at=command.at)

    retrying(db, command.tenant, park)
