"""Live through a test tenant's days, from its clock's time to the clock's target."""

from datetime import datetime
from uuid import UUID

from khata.db.exclusive import exclusively
from khata.usecases.due_work.do_due_work import MOST_ROUNDS, WorkWithoutEnd
from khata.usecases.due_work.do_round import DoRound, do_round
from khata.usecases.due_work.tools import Tools


def live_through(tenant: UUID, *, tools: Tools, held: bool = False) -> bool:
    """Go from one due instant to the next until the clock's target; answer whether it is there.

    Each step is kept, and an advance that was broken off is taken up where it stood. Where
    somebody else is at it, or holds what is due, the clock stays on its way. With `held` the
    tenant's time is the caller's own already.
    """
    if held:
        return _arrived(tenant, tools)
    with exclusively(tools.db, tenant) as mine:
        return mine and _arrived(tenant, tools)


def _arrived(tenant: UUID, tools: Tools) -> bool:
    rounds_at: tuple[int, datetime | None] = (0, None)
    while True:
        due = _moved_on(tenant, tools)
        if due is None:
            return True
        rounds_at = (rounds_at[0] + 1 if rounds_at[1] == due.at else 1, due.at)
        if rounds_at[0] > MOST_ROUNDS:
            raise WorkWithoutEnd(f"tenant {tenant} at {due.at}: due after {MOST_ROUNDS} rounds")
        if do_round(due, tools=tools) == 0:
            return False


def _moved_on(tenant: UUID, tools: Tools) -> DoRound | None:
    """Move the clock to the next due instant and return what is due there; None at the target."""
    with tools.db.transaction(tenant) as uow:
        clock = uow.clocks.get(lock=True)
        if clock is None or clock.target_time is None:
            return None
        times = uow.clocks.due_times()
        if times.first is None or times.first > clock.target_time:
            uow.clocks.move_to(clock.target_time)
            uow.clocks.arrive()
            return None
        now = max(times.first, clock.frozen_time)
        if now > clock.frozen_time:
            uow.clocks.move_to(now)
        return DoRound(tenant, now, times.by(now), "clock")
