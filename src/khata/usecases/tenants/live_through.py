"""Live through a test tenant's days, from its clock's time to the clock's target."""

from uuid import UUID

from khata.db.exclusive import exclusively
from khata.usecases.work.do_due_work import DoDueWork, do_due_work
from khata.usecases.work.tools import Tools


def live_through(tenant: UUID, *, tools: Tools) -> None:
    """Go from one due instant to the next until the clock's target; each step is kept.

    An advance that was broken off is taken up where it stood. Where somebody else is at it,
    nothing is done.
    """
    with exclusively(tools.db, tenant) as mine:
        if mine:
            _go(tenant, tools)


def _go(tenant: UUID, tools: Tools) -> None:
    while True:
        with tools.db.transaction(tenant) as uow:
            clock = uow.clocks.get(lock=True)
            if clock is None or clock.target_time is None:
                return
            due = uow.clocks.next_due_at()
            if due is None or due > clock.target_time:
                uow.clocks.move_to(clock.target_time)
                uow.clocks.arrive()
                return
            now = max(due, clock.frozen_time)
            uow.clocks.move_to(now)
        do_due_work(DoDueWork(tenant, now, "clock"), tools=tools)
