"""Live through a test tenant's days, from its clock's time to the clock's target."""

from uuid import UUID

from khata.db.exclusive import exclusively
from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work
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
    while True:
        with tools.db.transaction(tenant) as uow:
            clock = uow.clocks.get(lock=True)
            if clock is None or clock.target_time is None:
                return True
            due = uow.clocks.next_due_at()
            if due is None or due > clock.target_time:
                uow.clocks.move_to(clock.target_time)
                uow.clocks.arrive()
                return True
            now = max(due, clock.frozen_time)
            uow.clocks.move_to(now)
        if do_due_work(DoDueWork(tenant, now, "clock"), tools=tools) == 0:
            return False
