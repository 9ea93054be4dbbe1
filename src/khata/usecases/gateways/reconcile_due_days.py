"""Reconcile every day of a gateway account whose time has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import structlog

from khata.db.retrying import retrying
from khata.db.stores.reconciliations import Reconciliations
from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.usecases.gateways.reconcile_gateway_account import (
    ReconcileGatewayAccount,
    reconcile_gateway_account,
)

_log = structlog.get_logger(__name__)

_AFTER_A_FAULT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class ReconcileDueDays:
    tenant: UUID
    at: datetime
    limit: int = 10


def reconcile_due_days(command: ReconcileDueDays, *, db: Database, gateways: Gateways) -> int:
    """Compare what is due and return how many days there were; one that breaks is tried later."""
    tenant, at = command.tenant, command.at

    due = retrying(
        db,
        tenant,
        lambda uow: Reconciliations(uow.connection).take_due(at, limit=command.limit),
    )
    for day in due:
        try:
            reconcile_gateway_account(
                ReconcileGatewayAccount(tenant, day, at), db=db, gateways=gateways
            )
        except psycopg.OperationalError:
            raise
        except Exception:
            _log.exception("reconciling_failed", reconciliation=str(day.id))
            with db.transaction(tenant) as uow:
                Reconciliations(uow.connection).put_off(day.id, at + _AFTER_A_FAULT)
    return len(due)
