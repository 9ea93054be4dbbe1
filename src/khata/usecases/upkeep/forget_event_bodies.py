"""Forget what gateways sent, once it has served its time: one batch of a tenant's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from khata.db.transaction import Database

KEPT_DAYS: Final = 90  # unless the operator says otherwise


@dataclass(frozen=True, slots=True)
class ForgetEventBodies:
    """`at` is the machine's time, by which events come in."""

    tenant: UUID
    at: datetime
    days: int = KEPT_DAYS
    limit: int = 500


def forget_event_bodies(command: ForgetEventBodies, *, db: Database) -> int:
    """Put a hash in the place of each body that is older, and return of how many.

    The event stays, with what came of it. One that waits or is dead keeps its body: somebody may
    have to look at it.
    """
    before = command.at - timedelta(days=command.days)
    with db.transaction(command.tenant) as uow:
        return uow.gateway_events.drop_bodies(before=before, limit=command.limit)
