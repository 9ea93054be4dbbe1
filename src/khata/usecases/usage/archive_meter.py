"""Archive a meter: it takes no more events."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class ArchiveMeter:
    tenant: UUID
    id: UUID
    at: datetime


def archive_meter(command: ArchiveMeter, *, db: Database) -> None:
    """Let the meter take no more events; what it counted is billed as ever. Raises: NotFound.

    One that is archived already stays as it is.
    """
    with db.transaction(command.tenant) as uow:
        if uow.meters.lock(command.id).archived_at is None:
            uow.meters.archive(command.id, command.at)
