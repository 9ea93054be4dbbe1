"""Release all parked work of a tenant, or all that was refused with one code."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from khata.db.transaction import Database
from khata.usecases.tenants.release_parked import take_up

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class ReleaseAllParked:
    """`code` narrows it: after its cause was mended, the rest would only be parked again."""

    tenant: UUID
    at: datetime
    code: str | None = None


def release_all_parked(command: ReleaseAllParked, *, db: Database) -> int:
    """Make all of it due again, and return how many there were. What is still wrong parks again.

    A batch is one transaction; what somebody else releases meanwhile is not waited for.
    """
    released = 0
    while True:
        with db.transaction(command.tenant) as uow:
            waiting = uow.parked.waiting(command.code, limit=BATCH)
            for id in waiting:
                take_up(uow, id, command.at)
        released += len(waiting)
        if len(waiting) < BATCH:
            return released
