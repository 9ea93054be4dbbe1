"""React to events: take what waits in the outbox and do what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.core.refusal import unforeseen
from khata.db.stores.events import StoredEvent
from khata.db.stores.parked import ParkedWork
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.reactions import react

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReactToEvents:
    """`only` names subjects whose events are taken; without it the oldest are."""

    tenant: UUID
    at: datetime
    only: tuple[UUID, ...] | None = None
    limit: int = 1000


def react_to_events(command: ReactToEvents, *, db: Database) -> int:
    """React to waiting events and return how many there were.

    An event whose reaction breaks on a fault of ours is parked alone; the others go on.
    """
    try:
        return _react(command, db)
    except psycopg.OperationalError:
        raise
    except Exception:
        if command.only is not None:
            raise
    return _one_by_one(replace(command, limit=1), db)


def _react(command: ReactToEvents, db: Database) -> int:
    with db.transaction(command.tenant) as uow:
        if command.only is None:
            events = uow.events.take_waiting(command.at, limit=command.limit)
        else:
            events = uow.events.take_of(command.only, command.at)
        react(uow, events, command.at)
    return len(events)


def _one_by_one(command: ReactToEvents, db: Database) -> int:
    """React to the oldest event; set it aside, under the same lock, where that breaks."""
    with db.transaction(command.tenant) as uow:
        events = uow.events.take_waiting(command.at, limit=1)
        try:
            with uow.connection.transaction():  # a savepoint: the event stays taken
                react(uow, events, command.at)
        except psycopg.OperationalError:
            raise
        except Exception as fault:
            _log.exception("reaction_failed")
            _park(uow, events, fault, command.at)
    return len(events)


def _park(uow: UnitOfWork, events: Sequence[StoredEvent], fault: Exception, at: datetime) -> None:
    reason = unforeseen(fault)
    uow.parked.add(
        [ParkedWork("event", event.id, "reaction_failed", reason, None) for event in events], at
    )
