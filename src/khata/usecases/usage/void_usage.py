"""Void an event of usage: it counts no more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.usage import check_time
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class VoidUsage:
    tenant: UUID
    transaction_id: str
    at: datetime


def void_usage(command: VoidUsage, *, db: Database) -> None:
    """Take the event out of what is counted; its id stays taken, and a void one stays void.

    It may not be older than an event that is sent. Raises: NotFound, UsageEventTooLate.
    """
    retrying(db, command.tenant, lambda uow: _voided(uow, command))


def _voided(uow: UnitOfWork, command: VoidUsage) -> None:
    event = uow.usage_events.lock(command.transaction_id)
    if event.voided_at is not None:
        return
    check_time(event.at, now=max(command.at, event.at))
    uow.usage_events.void(event.transaction_id, command.at)
    if event.counted:
        uow.usage_windows.take_out(event, uow.meters.get(event.meter_id).aggregation)
        uow.usage_events.mark([event.customer_id], command.at)
