"""Apply every event of a gateway whose time has come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.core.gateway_event import MOST_TRIES, EventStatus
from khata.core.refusal import unforeseen
from khata.db.retrying import retrying
from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.usecases.gateways.apply_gateway_event import ApplyGatewayEvent, apply_gateway_event

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ApplyGatewayEvents:
    tenant: UUID
    at: datetime
    limit: int = 100


def apply_gateway_events(command: ApplyGatewayEvents, *, db: Database, gateways: Gateways) -> int:
    """Apply what is due and return how many there were; one that breaks is tried again later.

    Each try is counted before it is made, so an event that kills its process does not do so for
    ever: after the last try it is dead, and a person may replay it.
    """
    tenant, at = command.tenant, command.at
    due = retrying(db, tenant, lambda uow: uow.gateway_events.take_due(at, limit=command.limit))
    for event in due:
        if event.tries > MOST_TRIES:
            with db.transaction(tenant) as uow:
                why = "it was begun again and again, and never came to an end"
                uow.gateway_events.settle(event.id, EventStatus.DEAD, why)
            continue
        try:
            apply_gateway_event(ApplyGatewayEvent(tenant, event, at), db=db, gateways=gateways)
        except psycopg.OperationalError:
            raise
        except Exception as fault:
            _log.exception("gateway_event_broke", event=str(event.id))
            reason = unforeseen(fault)
            with db.transaction(tenant) as uow:
                uow.gateway_events.put_off(event, reason, at)
    return len(due)
