"""Advance a test clock: everything due on the way happens in order, each at its own time."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.core.words import spoken_moment
from khata.db.exclusive import exclusively
from khata.db.stores.clocks import TestClock
from khata.db.transaction import Database
from khata.usecases.due_work.tools import Tools
from khata.usecases.tenants.live_through import Journey, live_through
from khata.usecases.tenants.set_test_clock import LATEST, ClockMovedBack, TimeOutOfRange

A_MOMENT = timedelta(seconds=1)  # in which who has just arrived lets go
MOST_LOOKS = 1000
BETWEEN_LOOKS = 0.02  # seconds


class NoClockToAdvance(Refusal):
    """The tenant has no test clock; freeze its time first."""

    kind = Kind.CONFLICT


class ClockAdvancing(Refusal):
    """The test clock is on its way already; wait until it has arrived."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class AdvanceTestClock:
    """With `wait` false the clock is only sent off, and the scheduler lives through the days."""

    tenant: UUID
    to: datetime
    wait: bool = True


def advance_test_clock(command: AdvanceTestClock, *, tools: Tools) -> TestClock:
    """Move the clock to an instant of any distance, doing all that falls due up to it.

    One jump or many small ones make the same history. An advance that was broken off is taken
    up again by the scheduler, or by whoever wants to go as far and waits.
    Raises: NoClockToAdvance, ClockMovedBack, ClockAdvancing, TimeOutOfRange.
    """
    # Ours before anybody can see that it is on its way: else the scheduler might take it up
    # first, and the answer would come before the clock has arrived.
    with exclusively(tools.db, command.tenant, patience=A_MOMENT) as mine:
        if not mine:
            raise ClockAdvancing("The clock is on its way already; wait until it has arrived")
        _send_off(command, tools.db)
        if command.wait:
            _live(command.tenant, tools)
        return _clock(tools.db, command.tenant)


def _live(tenant: UUID, tools: Tools) -> None:
    """Live through it, looking again where others hold what is due: they do for a moment only."""
    for _ in range(MOST_LOOKS):
        if live_through(tenant, tools=tools, held=True) is Journey.ARRIVED:
            return
        time.sleep(BETWEEN_LOOKS)


def _send_off(command: AdvanceTestClock, db: Database) -> None:
    with db.transaction(command.tenant) as uow:
        clock = uow.clocks.get(lock=True)
        if clock is None:
            raise NoClockToAdvance("This tenant has no test clock; create one first")
        zone = uow.tenants.get().timezone
        shown = spoken_moment(clock.frozen_time, zone)
        # The tenant's time is ours, so nobody is at it at this moment.
        takes_over = command.wait and clock.target_time is not None
        if clock.target_time is not None and not (takes_over and command.to >= clock.target_time):
            raise ClockAdvancing(
                f"The clock is on its way to {spoken_moment(clock.target_time, zone)} and has "
                f"reached {shown}; wait until it has arrived"
            )
        if command.to < clock.frozen_time:
            raise ClockMovedBack(f"The clock shows {shown} and only goes forward", param="to")
        if command.to >= LATEST:
            raise TimeOutOfRange(
                "A test clock shows the years 2000 to 2099; choose an instant of these", param="to"
            )
        uow.clocks.send_to(command.to)


def _clock(db: Database, tenant: UUID) -> TestClock:
    with db.transaction(tenant) as uow:
        clock = uow.clocks.get()
    assert clock is not None
    return clock
