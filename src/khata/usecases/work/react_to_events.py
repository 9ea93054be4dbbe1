"""React to events: take what waits in the outbox and do what follows from it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.transaction import Database
from khata.usecases.reactions import react


@dataclass(frozen=True, slots=True)
class ReactToEvents:
    """`only` names subjects whose events are taken; without it the oldest are."""

    tenant: UUID
    at: datetime
    only: tuple[UUID, ...] | None = None
    limit: int = 1000


def react_to_events(command: ReactToEvents, *, db: Database) -> int:
    """React to waiting events and return how many there were."""
    with db.transaction(command.tenant) as uow:
        if command.only is None:
            events = uow.events.take_waiting(command.at, limit=command.limit)
        else:
            events = uow.events.take_of(command.only, command.at)
        react(uow, events, command.at)
    return len(events)
