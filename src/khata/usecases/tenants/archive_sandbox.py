"""Archive a sandbox: what it holds is kept, and nobody enters it any more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.db.stores.sessions import Sessions
from khata.db.transaction import Database, UnitOfWork, entered


@dataclass(frozen=True, slots=True)
class ArchiveSandbox:
    """`tenant` is the account's first test tenant, `at` the machine's time."""

    tenant: UUID
    id: UUID
    at: datetime


def archive_sandbox(command: ArchiveSandbox, *, db: Database) -> None:
    """End its keys and its sessions, and let its time stand still. Twice is as good as once.

    A clock that was on its way stays where it had come to. Books cannot be deleted, so nothing
    is; its name is free again. Raises: NotFound.
    """
    with db.transaction(command.tenant) as uow:
        uow.tenants.lock()
        if uow.sandboxes.get(command.id).archived_at is not None:
            return
        with entered(uow, command.id) as inside:
            _close(inside, command.at)
        Sessions(uow.connection).leave(command.id, to=command.tenant)


def _close(uow: UnitOfWork, at: datetime) -> None:
    uow.tenants.archive(at)
    if not uow.clocks.add(new_id(at), at, at):  # who lives on a clock is never late
        uow.clocks.arrive()
