"""Time in the story: the tenant and the gateways go forward together, a day at most at a time."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from khata.cli.demo.postman import bring
from khata.cli.demo.pretend import PretendGateways
from khata.usecases.tenants.advance_test_clock import AdvanceTestClock, advance_test_clock
from khata.wiring import Engine

# Nothing that is asked of a gateway now happens there sooner: the shortest notice or bank's day.
_SOONEST: Final = timedelta(hours=24)


class Pace:
    """Moves one tenant's clock, and the pretend gateways' with it."""

    def __init__(self, engine: Engine, pretend: PretendGateways, tenant: UUID) -> None:
        self._engine, self._pretend, self._tenant = engine, pretend, tenant

    def wait_until(self, at: datetime) -> None:
        """Let time pass; whatever happens at a gateway is told at the moment it happens."""
        while True:
            step = self._next_step(at)
            self._advance(step)
            self._pretend.advance(step)
            told = bring(self._engine, self._pretend, self._tenant, step)
            if step == at:
                if told:
                    self._advance(step)  # once more: what follows from what was told
                return

    def _advance(self, at: datetime) -> None:
        advance_test_clock(AdvanceTestClock(self._tenant, at), tools=self._engine.tools)

    def _next_step(self, at: datetime) -> datetime:
        """Return the furthest moment before which nothing can happen at a gateway."""
        with self._engine.db.transaction(self._tenant) as uow:
            due = uow.clocks.due_times().first
        planned = self._pretend.next_at()
        return min(at, planned or at, due + _SOONEST if due else at)
