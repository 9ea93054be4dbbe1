"""Ask gateways what became of attempts: crashed, unknown, pending, or perhaps paid late."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.core.dunning import LONGEST_OUTAGE
from khata.core.gateway_health import Circuit, Trouble, looked_at
from khata.core.refusal import unforeseen
from khata.db.retrying import retrying
from khata.db.stores.attempts import Ask, Attempts
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.gateways.let_one_look import let_one_look
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
    asks, held_back = retrying(db, command.tenant, lambda uow: _taken(uow, command))
    for ask in asks:
        try:
            ask_about_attempt(ask, tenant=command.tenant, at=command.at, db=db, gateways=gateways)
        except psycopg.OperationalError:
            raise
        except Exception as fault:
            _log.exception("asking_failed", attempt=str(ask.attempt.id))
            _set_aside(ask, fault, command, db)
    return len(asks) + held_back


def _taken(uow: UnitOfWork, command: AskAboutAttempts) -> tuple[list[Ask], int]:
    """Take what is due, without what would call an account that nobody reaches.

    That is asked about when the account may be called, and the ask is not counted; after a week
    it is, so that a person looks. An account that answers what it is asked is asked.
    """
    attempts, at = Attempts(uow.connection), command.at
    asks = attempts.take_asks(at, limit=command.limit)
    ids = {id for ask in asks if (id := ask.attempt.gateway_account_id) is not None}
    accounts = uow.gateway_accounts.of(ids)
    let: list[Ask] = []
    for ask in asks:
        id = ask.attempt.gateway_account_id
        account = None if id is None else accounts.get(id)
        if account is None or account.health.trouble is Trouble.FAULT:
            let.append(ask)
            continue
        if account.health.circuit(at) is Circuit.HALF_OPEN:
            account = let_one_look(uow, account.id, at=at)
            looked = looked_at(account.health, at=at) if account.health.is_ailing else None
            accounts[account.id] = replace(account, health=looked or account.health)
        health = account.health
        is_shut = health.circuit(at) is Circuit.OPEN and health.ailing_for(at) < LONGEST_OUTAGE
        if is_shut and health.shut_until is not None:
            attempts.put_off(ask, health.shut_until)
        else:
            let.append(ask)
    return let, len(asks) - len(let)


def _set_aside(ask: Ask, fault: Exception, command: AskAboutAttempts, db: Database) -> None:
    reason = unforeseen(fault)

    def park(uow: UnitOfWork) -> None:
        set_aside(uow, ask.attempt, code="recording_failed", reason=reason, at=command.at)

    retrying(db, command.tenant, park)
