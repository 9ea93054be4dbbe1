"""Look at the disputes that are due: ask how they stand, and warn before an answer is due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import psycopg
import structlog

from khata.core.dispute import Dispute, next_look, warnings_due
from khata.core.dispute_events import DisputeEvidenceDue
from khata.core.payment import SaidBy
from khata.db.retrying import retrying
from khata.db.stores.disputes import Disputes
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.disputes.ask_about_dispute import (
    AskAboutDispute,
    NoAnswer,
    ask_about_dispute,
)

_log = structlog.get_logger(__name__)

# One whose gateway does not answer, or that breaks, is looked at again after this.
_LATER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LookAtDueDisputes:
    tenant: UUID
    at: datetime
    limit: int = 100


def look_at_due_disputes(command: LookAtDueDisputes, *, db: Database, gateways: Gateways) -> int:
    """Ask about what is due, and return how many there were.

    A warning is told even where the gateway does not answer: the day comes all the same.
    """
    tenant, at = command.tenant, command.at
    due = retrying(
        db,
        tenant,
        lambda uow: Disputes(uow.connection).take_due(at, at + _LATER, limit=command.limit),
    )
    for dispute in due:
        try:
            ask = AskAboutDispute(tenant, dispute.account_id, dispute.reference, at, SaidBy.SWEEP)
            ask_about_dispute(ask, db=db, gateways=gateways)
        except NoAnswer:
            pass
        except psycopg.OperationalError:
            raise
        except Exception:
            _log.exception("dispute_broke", dispute=str(dispute.id))
        retrying(db, tenant, partial(_warn, seen=dispute, at=at))
    return len(due)


def _warn(uow: UnitOfWork, *, seen: Dispute, at: datetime) -> None:
    """Tell that the answer is due soon, once for each of the two warnings."""
    disputes = Disputes(uow.connection)
    dispute = disputes.lock(seen.id)
    should = warnings_due(dispute.status, dispute.due_by, at)
    if should <= dispute.warned:
        return
    assert dispute.due_by is not None
    warned = replace(dispute, warned=should)
    disputes.change(replace(warned, next_look_at=next_look(warned, at)))
    due = DisputeEvidenceDue(
        dispute.id,
        dispute.payment_id,
        dispute.invoice_id,
        dispute.customer_id,
        dispute.currency,
        dispute.amount,
        dispute.reason,
        dispute.due_by,
    )
    uow.events.add([due], at)
