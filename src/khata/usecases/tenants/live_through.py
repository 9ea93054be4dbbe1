"""Live through a test tenant's days, from its clock's time to the clock's target."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from itertools import count
from uuid import UUID

import psycopg

from khata.core.refusal import Refusal, unforeseen
from khata.db.exclusive import exclusively
from khata.usecases.due_work.do_due_work import MOST_ROUNDS, WorkWithoutEnd
from khata.usecases.due_work.do_round import DoRound, do_round
from khata.usecases.due_work.tools import Tools


class Journey(StrEnum):
    """How far a clock has come."""

    ARRIVED = "arrived"
    ON_ITS_WAY = "on_its_way"  # as many rounds as were asked for are done
    HELD_UP = "held_up"  # somebody else is at it, or holds what is due


def live_through(
    tenant: UUID, *, tools: Tools, held: bool = False, most_rounds: int | None = None
) -> Journey:
    """Go from one due instant to the next until the clock's target, or for so many rounds.

    Each step is kept, and an advance that was broken off is taken up where it stood. With `held`
    the tenant's time is the caller's own already. What breaks stops the clock there, and the
    clock says why until it gets on. What happens beside the engine happens at its own instant, too.
    """
    if held:
        return _lived(tenant, tools, most_rounds)
    with exclusively(tools.db, tenant) as mine:
        return _lived(tenant, tools, most_rounds) if mine else Journey.HELD_UP


def _lived(tenant: UUID, tools: Tools, most_rounds: int | None) -> Journey:
    rounds_at: tuple[int, datetime | None] = (0, None)
    for lived in count():
        if lived == most_rounds:
            break
        due = _moved_on(tenant, tools)
        if due is None:
            _let_arrive_beside(tenant, tools)
            return Journey.ARRIVED
        rounds_at = (rounds_at[0] + 1 if rounds_at[1] == due.at else 1, due.at)
        with _telling_why(tenant, tools):
            if tools.beside is not None:
                tools.beside.come_to(tenant, due.at)
                if not due.kinds:
                    continue  # what was told is due now
            if rounds_at[0] > MOST_ROUNDS:
                raise WorkWithoutEnd(f"tenant {tenant} at {due.at}: due after {MOST_ROUNDS} rounds")
            if do_round(due, tools=tools) == 0:
                return Journey.HELD_UP
    return Journey.ON_ITS_WAY


def _let_arrive_beside(tenant: UUID, tools: Tools) -> None:
    """Let whoever lives beside us see the time at which the clock stands now."""
    if tools.beside is None:
        return
    with tools.db.transaction(tenant) as uow:
        clock = uow.clocks.get()
    if clock is not None:
        tools.beside.come_to(tenant, clock.frozen_time)


@contextmanager
def _telling_why(tenant: UUID, tools: Tools) -> Iterator[None]:
    """Keep on the clock what breaks; a database that is away says nothing against the work."""
    try:
        yield
    except psycopg.OperationalError:
        raise
    except Exception as fault:
        why = fault.detail if isinstance(fault, Refusal) else unforeseen(fault)
        with tools.db.transaction(tenant) as uow:
            uow.clocks.stop_at(why)
        raise


def _moved_on(tenant: UUID, tools: Tools) -> DoRound | None:
    """Move the clock to the next due instant and return what is due there; None at the target."""
    with tools.db.transaction(tenant) as uow:
        clock = uow.clocks.get(lock=True)
        if clock is None or clock.target_time is None:
            return None
        times = uow.clocks.due_times()
        planned = tools.beside.next_at(tenant) if tools.beside is not None else None
        if planned is not None and planned <= min(times.first or planned, clock.target_time):
            uow.clocks.move_to(max(planned, clock.frozen_time))
            return DoRound(tenant, max(planned, clock.frozen_time), frozenset(), "clock")
        if times.first is None or times.first > clock.target_time:
            uow.clocks.move_to(clock.target_time)
            uow.clocks.arrive()
            return None
        now = max(times.first, clock.frozen_time)
        if now > clock.frozen_time:
            uow.clocks.move_to(now)
        return DoRound(tenant, now, times.by(now), "clock")
