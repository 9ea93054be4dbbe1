"""React to events: take what waits in the outbox and do what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg
import structlog
from psycopg.errors import LockNotAvailable

from khata.core.events import InvoiceFinalized, StoredEvent
from khata.core.refusal import unforeseen
from khata.db.stores.parked import ParkedWork
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.reactions import react
from khata.usecases.webhooks.queue_deliveries import queue_deliveries
from khata.watch import figures
from khata.watch.traces import are_on, continue_each, only_of, piece

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReactToEvents:
    """`only` names subjects whose events are taken; without it the oldest are.

    `renders_ahead`: what the mails attach is rendered before they are due. `streams`: each event is
    told on the stream, too.
    """

    tenant: UUID
    at: datetime
    only: tuple[UUID, ...] | None = None
    limit: int = 1000
    renders_ahead: bool = False
    streams: bool = False


def react_to_events(command: ReactToEvents, *, db: Database) -> int:
    """React to waiting events and return how many there were.

    An event whose reaction breaks on a fault of ours is parked alone; the others go on. Named
    subjects whose events others hold for long are left to them.
    """
    try:
        return _react(command, db)
    except LockNotAvailable:
        if command.only is None:
            raise
        return 0
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
        _tell(events, command, uow)
        _traced(events, command, uow)
    _count(events)
    return len(events)


def _traced(events: Sequence[StoredEvent], command: ReactToEvents, uow: UnitOfWork) -> None:
    """React, as a piece of the trace that caused it; where there were several, linked to each."""
    if not are_on():
        _react_to(events, command, uow)
        return
    causes = uow.events.traceparents_of([event.id for event in events])
    each = [causes.get(event.id) for event in events]
    with piece("react to events", kind="consumer", after=only_of(each), because_of=each):
        _react_to(events, command, uow)
        continue_each("reaction", each)


def _tell(events: Sequence[StoredEvent], command: ReactToEvents, uow: UnitOfWork) -> None:
    """Let the events leave the house, whatever becomes of our own reaction to them."""
    if command.streams:
        uow.stream.add([event.id for event in events], command.at)
    queue_deliveries(uow, events, command.at)


def _react_to(events: Sequence[StoredEvent], command: ReactToEvents, uow: UnitOfWork) -> None:
    react(uow, events, command.at)
    if command.renders_ahead and events:
        uow.renderings.want_for_mails([event.id for event in events], command.at)


def _count(events: Sequence[StoredEvent]) -> None:
    """Count what has now been reacted to: once for an event, as that is committed."""
    finalized = sum(event.type == InvoiceFinalized.type for event in events)
    if finalized:
        figures.invoices_finalized.happened(times=finalized)


def _one_by_one(command: ReactToEvents, db: Database) -> int:
    """React to the oldest event and those before it; set what breaks aside, under the same lock."""
    with db.transaction(command.tenant) as uow:
        events = uow.events.take_waiting(command.at, limit=1)
        _tell(events, command, uow)
        for event in events:
            try:
                with uow.connection.transaction():  # a savepoint: the event stays taken
                    _traced([event], command, uow)
            except psycopg.OperationalError:
                raise
            except Exception as fault:
                _log.exception("reaction_failed")
                _park(uow, event, fault, command.at)
    _count(events)
    return len(events)


def _park(uow: UnitOfWork, event: StoredEvent, fault: Exception, at: datetime) -> None:
    work = ParkedWork("event", event.id, "reaction_failed", unforeseen(fault), None)
    uow.parked.add([work], at)
