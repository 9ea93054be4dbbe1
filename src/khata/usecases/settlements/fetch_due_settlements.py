"""Fetch the payouts of every gateway account whose time has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import structlog

from khata.db.retrying import retrying
from khata.db.stores.settlement_fetches import SettlementFetches
from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.usecases.settlements.fetch_settlements import FetchSettlements, fetch_settlements

_log = structlog.get_logger(__name__)

_AFTER_A_FAULT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class FetchDueSettlements:
    tenant: UUID
    at: datetime
    limit: int = 10


def fetch_due_settlements(command: FetchDueSettlements, *, db: Database, gateways: Gateways) -> int:
    """Ask the accounts that are due, and return how many there were; a fault waits six hours."""
    tenant, at = command.tenant, command.at
    due = retrying(
        db,
        tenant,
        lambda uow: SettlementFetches(uow.connection).take_due(at, limit=command.limit),
    )
    for fetch in due:
        try:
            fetch_settlements(FetchSettlements(tenant, fetch, at), db=db, gateways=gateways)
        except psycopg.OperationalError:
            raise
        except Exception:
            _log.exception("fetching_settlements_failed", account=str(fetch.account_id))
            with db.transaction(tenant) as uow:
                SettlementFetches(uow.connection).put_off(fetch.account_id, at + _AFTER_A_FAULT)
    return len(due)
