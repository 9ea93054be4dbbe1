"""Take the payments that are due and write down what will be done for each, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.core.payment import Attempt, Cause, Payment
from khata.core.refusal import unforeseen
from khata.core.visiting import Visit
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.payments.open_attempts import NothingOwed, Step, open_attempts
from khata.usecases.payments.set_aside import set_aside

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TakeDuePayments:
    """`only` names invoices; without it whatever is due is taken."""

    tenant: UUID
    at: datetime
    limit: int
    only: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A payment and its next step; none where earlier attempts have to be asked about first.

    `visits` are where the payer may be paying, or may have paid: they are settled before.
    """

    payment: Payment
    step: Step | None
    ask_first: tuple[Attempt, ...] = ()
    visits: tuple[Visit, ...] = ()


def take_due_payments(command: TakeDuePayments, *, db: Database, gateways: Gateways) -> list[Taken]:
    """Return the payments taken, the longest due first; what others hold is skipped.

    The attempts of all are committed before any is sent. Where a fault of ours breaks that, each
    is taken by itself, and the one that breaks again is set aside.
    """
    try:
        return retrying(
            db, command.tenant, lambda uow: _taken(uow, command, command.limit, gateways)
        )
    except psycopg.OperationalError:
        raise
    except Exception:
        _log.exception("taking_payments_failed")
    taken: list[Taken] = []
    for _ in range(command.limit):
        alone = retrying(db, command.tenant, lambda uow: _alone(uow, command, gateways))
        if not alone:
            break
        taken += alone
    return taken


def _taken(
    uow: UnitOfWork, command: TakeDuePayments, limit: int, gateways: Gateways
) -> list[Taken]:
    due = uow.payments.take_due(command.at, command.only, limit=limit)
    return _with_steps(uow, due, command.at, gateways)


def _with_steps(
    uow: UnitOfWork, due: Sequence[Payment], at: datetime, gateways: Gateways
) -> list[Taken]:
    if not due:
        return []
    earlier = Attempts(uow.connection).of_invoices([payment.invoice_id for payment in due])
    late = {
        payment.id: tuple(one for one in earlier[payment.invoice_id] if one.may_come_late(at))
        for payment in due
    }
    visits = Visits(uow.connection).may_pay([payment.invoice_id for payment in due])
    ready = [one for one in due if not late[one.id] and one.invoice_id not in visits]
    opened = open_attempts(
        uow, ready, earlier=earlier, cause=Cause.SCHEDULE, at=at, gateways=gateways
    )
    steps = {payment.id: step for payment, step in zip(ready, opened, strict=True)}
    return [
        Taken(one, steps.get(one.id), late[one.id], visits.get(one.invoice_id, ())) for one in due
    ]


def _alone(uow: UnitOfWork, command: TakeDuePayments, gateways: Gateways) -> list[Taken]:
    """Take the longest due; set it aside, under the same lock, where that breaks."""
    due = uow.payments.take_due(command.at, command.only, limit=1)
    try:
        with uow.connection.transaction():  # a savepoint: the payment stays taken
            return _with_steps(uow, due, command.at, gateways)
    except psycopg.OperationalError:
        raise
    except Exception as fault:
        _log.exception("taking_payment_failed", payment=str(due[0].id))
        reason = unforeseen(fault)
        set_aside(uow, due[0], code="collecting_failed", reason=reason, at=command.at)
        return [Taken(due[0], NothingOwed())]
