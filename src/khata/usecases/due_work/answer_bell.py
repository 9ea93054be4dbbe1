"""Answer a bell: do a share of what it rings for, and say for what to ring next."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import psycopg
import structlog

from khata.core.queues import QUEUE_OF, Queue, kinds_of
from khata.core.refusal import unforeseen
from khata.db.stores.bells import Begun, Bell
from khata.db.stores.clocks import TestClock
from khata.db.stores.parked import ParkedWork
from khata.db.transaction import UnitOfWork
from khata.usecases.due_work.do_share import DoShare, do_share
from khata.usecases.due_work.tools import Tools
from khata.usecases.tenants.live_through import live_through
from khata.usecases.upkeep.forget_event_bodies import ForgetEventBodies, forget_event_bodies
from khata.usecases.upkeep.forget_old_keys import ForgetOldKeys, forget_old_keys

MOST_TRIES: Final = 5
LOST_AFTER: Final = timedelta(minutes=2)  # a bell that nobody has answered is rung again
MOST_ROUNDS: Final = 50  # of a test clock that is on its way
_FIRST_REST: Final = timedelta(seconds=2)  # doubled with each try that breaks

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AnswerBell:
    """`at` is the machine's time; `lanes` is how many bells a tenant may have in one queue."""

    bell: Bell
    at: datetime
    lanes: int = 2
    lost_after: timedelta = LOST_AFTER


def answer_bell(command: AnswerBell, *, tools: Tools) -> Sequence[Bell]:
    """Do one share of the bell's work and return what is to be rung for next.

    A message that comes late or twice does nothing. Work that breaks rests and is tried again;
    after five tries in a row, also those whose worker died, it is parked until a person looks.
    Raises: psycopg.OperationalError, where the database is away; nothing is counted then.
    """
    bell = command.bell
    with tools.db.transaction(bell.tenant) as uow:
        begun = uow.bells.begin(bell, command.at)
        if begun is None:
            return ()
        if begun.tries > MOST_TRIES:
            _park(uow, bell, begun.id, "Its worker died each time, or took too long", command.at)
            return ()
        clock = uow.clocks.get()
    try:
        done = _work(command, clock, tools)
    except psycopg.OperationalError:
        _take_back_the_try(bell, tools)
        raise
    except Exception as fault:
        _log.exception("job_failed", queue=bell.queue, tries=begun.tries)
        _broke(command, begun, fault, tools)
        return ()
    return _next(command, clock, done, tools)


def _work(command: AnswerBell, clock: TestClock | None, tools: Tools) -> int:
    tenant = command.bell.tenant
    if command.bell.queue == Queue.EXPORTS:  # upkeep, in the machine's time
        bodies = ForgetEventBodies(tenant, command.at, tools.gateway_event_days)
        gone = forget_old_keys(ForgetOldKeys(tenant, command.at), db=tools.db)
        return gone + forget_event_bodies(bodies, db=tools.db)
    if clock is not None and clock.status == "advancing":
        live_through(tenant, tools=tools, most_rounds=MOST_ROUNDS)
        return 0  # the scheduler rings again as long as it is on its way
    at = command.at if clock is None else clock.frozen_time
    kinds = kinds_of(Queue(command.bell.queue))
    return do_share(DoShare(tenant, at, only=kinds), tools=tools)


def _next(command: AnswerBell, clock: TestClock | None, done: int, tools: Tools) -> Sequence[Bell]:
    """Ring for what is still due here and for what this has made due elsewhere."""
    bell, at = command.bell, command.at
    with tools.db.transaction(bell.tenant) as uow:
        now = at if clock is None else clock.frozen_time
        due = {QUEUE_OF[kind] for kind in uow.clocks.due_times().by(now) if kind in QUEUE_OF}
        rung: list[Bell | None] = []
        has_more = bell.queue in due or bell.queue == Queue.EXPORTS
        if has_more and done > 0:
            rung.append(uow.bells.again(bell, at))
            if bell.queue in due and bell.lane < command.lanes:
                rung.append(_ring(uow, bell.queue, bell.lane + 1, command))
        else:
            uow.bells.answered(bell)
        rung.extend(_ring(uow, queue, 1, command) for queue in sorted(due - {bell.queue}))
    return [one for one in rung if one is not None]


def _ring(uow: UnitOfWork, queue: str, lane: int, command: AnswerBell) -> Bell | None:
    lost_before = command.at - command.lost_after
    return uow.bells.ring(queue, lane, command.at, lost_before=lost_before)


def _take_back_the_try(bell: Bell, tools: Tools) -> None:
    """The database was away or somebody held a lock: that says nothing against the work."""
    with suppress(psycopg.OperationalError), tools.db.transaction(bell.tenant) as uow:
        uow.bells.not_tried(bell)


def _broke(command: AnswerBell, begun: Begun, fault: Exception, tools: Tools) -> None:
    with tools.db.transaction(command.bell.tenant) as uow:
        if begun.tries >= MOST_TRIES:
            _park(uow, command.bell, begun.id, unforeseen(fault), command.at)
        else:
            rest = _FIRST_REST * 2 ** (begun.tries - 1)
            uow.bells.rest(command.bell, command.at, command.at + rest)


def _park(uow: UnitOfWork, bell: Bell, id: UUID, why: str, at: datetime) -> None:
    reason = f"The {bell.queue} work of this business was tried {MOST_TRIES} times. {why}"
    uow.bells.park(bell)
    uow.parked.add([ParkedWork("job", id, f"{bell.queue}_job_failed", reason, None)], at)
    _log.error("job_parked", queue=bell.queue, reason=why)
