"""Send the refunds that are written down: the row first, then the call, then the record."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.core.payment import Outcome, Refund
from khata.core.refusal import unforeseen
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.stores.disputes import Disputes
from khata.db.stores.parked import ParkedWork
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.gateways.hold_back import hold_back
from khata.usecases.payments.account_of import account_of
from khata.usecases.payments.give_back_money import give_back_money
from khata.usecases.payments.record_refund import record_refund

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SendDueRefunds:
    tenant: UUID
    at: datetime
    limit: int = 100


def send_due_refunds(command: SendDueRefunds, *, db: Database, gateways: Gateways) -> int:
    """Send or ask about every refund whose time has come and return how many there were.

    A refund's id is its key at the gateway, and it is looked up before it is sent again, so
    money goes back once however often this runs. One whose payment is disputed is asked about only,
    and waits for a person, as does one that breaks on a fault of ours; the others go on. While
    nobody is to call its account a refund is put off, which is not counted; of what is due with an
    account that ails, one looks.
    """
    tenant, at = command.tenant, command.at
    refunds = retrying(
        db, tenant, lambda uow: Refunds(uow.connection).take_due(at, limit=command.limit)
    )
    for refund in refunds:
        try:
            _give_back(refund, command, db, gateways)
        except psycopg.OperationalError:
            raise
        except Exception as fault:
            _log.exception("refunding_failed", refund=str(refund.id))
            _set_aside(refund, fault, command, db)
    return len(refunds)


def _give_back(refund: Refund, command: SendDueRefunds, db: Database, gateways: Gateways) -> None:
    tenant, at = command.tenant, command.at
    if retrying(db, tenant, lambda uow: _is_put_off(uow, refund, at)):
        return
    with db.transaction(tenant) as uow:
        disputes = Disputes(uow.connection).of_attempt(refund.attempt_id)
    is_disputed = any(dispute.keeps_money for dispute in disputes)
    answer = give_back_money(
        refund, tenant=tenant, at=at, db=db, gateways=gateways, only_ask=is_disputed
    )
    if is_disputed and answer.outcome is Outcome.UNKNOWN:
        reason = "The payer's bank has this money, or may get it: beside that it is not given back"
        _stop(refund, "payment_disputed", reason, command, db)
        return
    retrying(db, command.tenant, lambda uow: record_refund(uow, refund.id, answer, at=command.at))


def _is_put_off(uow: UnitOfWork, seen: Refund, at: datetime) -> bool:
    """Let it be due when its account may be called, where that is not now."""
    refunds = Refunds(uow.connection)
    refund = refunds.lock(seen.id)
    account = account_of(uow, Attempts(uow.connection).get(refund.attempt_id))
    until = hold_back(uow, account.id if account else None, at=at)
    if until is None:
        return False
    if refund.ask_at is not None:
        refunds.change(replace(refund, ask_at=until, asks=max(refund.asks - 1, 0)))
    return True


def _set_aside(refund: Refund, fault: Exception, command: SendDueRefunds, db: Database) -> None:
    _stop(refund, "recording_failed", unforeseen(fault), command, db)


def _stop(refund: Refund, code: str, reason: str, command: SendDueRefunds, db: Database) -> None:
    """Let nothing be due of it until a person looks."""

    def park(uow: UnitOfWork) -> None:
        refunds = Refunds(uow.connection)
        refunds.change(replace(refunds.lock(refund.id), ask_at=None))
        _park(uow, refund, code, reason, command.at)

    retrying(db, command.tenant, park)


def _park(uow: UnitOfWork, refund: Refund, code: str, reason: str, at: datetime) -> None:
    uow.parked.add([ParkedWork("refund", refund.id, code, reason, at)], at)
