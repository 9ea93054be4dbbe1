"""Settle every visit about which a gateway is to be asked now: the sweep."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.db.retrying import retrying
from khata.db.stores.visits import Visits
from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.usecases.visits.settle_visit import SettleVisit, settle_visit

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SettleDueVisits:
    tenant: UUID
    at: datetime
    limit: int = 100


def settle_due_visits(command: SettleDueVisits, *, db: Database, gateways: Gateways) -> int:
    """Ask about every visit whose time has come and return how many were asked about.

    Each ask is counted before it is made; one that breaks on a fault of ours is asked about again
    at its next time, and hinders no other.
    """
    tenant, at = command.tenant, command.at
    due = retrying(
        db, tenant, lambda uow: Visits(uow.connection).take_asks(at, limit=command.limit)
    )
    for visit in due:
        try:
            settle_visit(SettleVisit(tenant, visit.id, at), db=db, gateways=gateways)
        except psycopg.OperationalError:
            raise
        except Exception:
            _log.exception("settling_visit_failed", visit=str(visit.id))
    return len(due)
