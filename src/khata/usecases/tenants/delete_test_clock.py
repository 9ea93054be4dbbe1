"""Delete a test tenant's clock: its time is the machine's again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.account import end_of_month
from khata.core.refusal import Kind, Refusal
from khata.db.transaction import Database
from khata.usecases.tenants.advance_test_clock import ClockAdvancing


class NoTestClock(Refusal):
    """The tenant has no test clock."""

    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True)
class DeleteTestClock:
    """`at` is the machine's time, to which the tenant returns."""

    tenant: UUID
    at: datetime


def delete_test_clock(command: DeleteTestClock, *, db: Database) -> None:
    """Return the tenant to the present. What was due meanwhile is done by the scheduler.

    Raises: NoTestClock, ClockAdvancing.
    """
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.lock()
        clock = uow.clocks.get(lock=True)
        if clock is None:
            raise NoTestClock("This tenant has no test clock")
        if clock.status == "advancing":
            raise ClockAdvancing("The test clock is on its way; wait until it has arrived")
        uow.clocks.remove()
        closes = min(tenant.next_close_at, end_of_month(command.at, tenant.timezone))
        uow.tenants.close_next_at(closes)
