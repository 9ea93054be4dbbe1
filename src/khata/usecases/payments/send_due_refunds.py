"""Send the refunds that are written down: the row first, then the call, then the record."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.core.events import RefundSucceeded
from khata.core.ids import new_id
from khata.core.ledger.booking import refund_made
from khata.core.payment import Answer, Outcome, Refund, RefundStatus
from khata.core.periods import day_of
from khata.core.refusal import unforeseen
from khata.db.retrying import retrying
from khata.db.stores.parked import ParkedWork
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import AnswerLost, Gateway, NotReached, RefundRequest

_log = structlog.get_logger(__name__)

_MOST_TRIES = 12  # 5, 10, 20 … minutes apart: three and a half days and more


@dataclass(frozen=True, slots=True)
class SendDueRefunds:
    tenant: UUID
    at: datetime
    limit: int = 100


def send_due_refunds(
    command: SendDueRefunds, *, db: Database, gateways: Mapping[str, Gateway]
) -> int:
    """Send or ask about every refund whose time has come and return how many there were.

    A refund's id is its key at the gateway, and it is looked up before it is sent again, so
    money goes back once however often this runs. One that breaks on a fault of ours is set
    aside; the others go on.
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


def _give_back(
    refund: Refund, command: SendDueRefunds, db: Database, gateways: Mapping[str, Gateway]
) -> None:
    answer = _answer(refund, command, gateways)
    retrying(db, command.tenant, lambda uow: _record(uow, refund.id, answer, command.at))


def _set_aside(refund: Refund, fault: Exception, command: SendDueRefunds, db: Database) -> None:
    reason = unforeseen(fault)

    def park(uow: UnitOfWork) -> None:
        refunds = Refunds(uow.connection)
        refunds.change(replace(refunds.lock(refund.id), ask_at=None))
        _park(uow, refund, "recording_failed", reason, command.at)

    retrying(db, command.tenant, park)


def _answer(refund: Refund, command: SendDueRefunds, gateways: Mapping[str, Gateway]) -> Answer:
    gateway = gateways.get(refund.gateway)
    if gateway is None:
        return Answer(Outcome.UNKNOWN)
    merchant, at = str(command.tenant), command.at
    request = RefundRequest(refund.id, refund.attempt_id, merchant, refund.amount, refund.currency)
    try:
        known = gateway.look_up_refund(refund.id, merchant=merchant, at=at)
        return known or gateway.refund(request, at=at)
    except (NotReached, AnswerLost):
        return Answer(Outcome.UNKNOWN)
    except Exception:
        _log.exception("gateway_refund_failed", refund=str(refund.id))
        return Answer(Outcome.UNKNOWN)


def _record(uow: UnitOfWork, id: UUID, answer: Answer, at: datetime) -> None:
    """Write what became of the refund, under its lock; once it has ended, nothing changes it."""
    refunds = Refunds(uow.connection)
    refund = refunds.lock(id)
    if refund.status is not RefundStatus.SENDING:
        return
    if answer.outcome is Outcome.SUCCEEDED:
        _succeed(uow, refund, answer, at)
    elif answer.outcome is Outcome.FAILED:
        failed = replace(refund, status=RefundStatus.FAILED, ask_at=None, finished_at=at)
        refunds.change(failed)
        code = answer.decline_code or "refund_failed"
        _park(uow, refund, code, "The gateway refused the refund; it stays a credit", at)
    elif refund.asks >= _MOST_TRIES:
        refunds.change(replace(refund, ask_at=None))
        _park(uow, refund, "outcome_unknown", "The gateway has not answered the refund", at)


def _succeed(uow: UnitOfWork, refund: Refund, answer: Answer, at: datetime) -> None:
    Refunds(uow.connection).change(
        replace(
            refund,
            status=RefundStatus.SUCCEEDED,
            gateway_reference=answer.reference,
            ask_at=None,
            finished_at=at,
        )
    )
    entry = refund_made(
        id=new_id(at),
        refund_id=refund.id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=refund.currency,
        amount=refund.amount,
    )
    uow.books.post([entry], at)
    uow.events.add(
        [
            RefundSucceeded(
                refund.id, refund.attempt_id, refund.invoice_id, refund.currency, refund.amount
            )
        ],
        at,
    )


def _park(uow: UnitOfWork, refund: Refund, code: str, reason: str, at: datetime) -> None:
    uow.parked.add([ParkedWork("refund", refund.id, code, reason, at)], at)
