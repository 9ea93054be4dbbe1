"""Freeze a test tenant's time at an instant."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from khata.core.account import end_of_month
from khata.core.refusal import Kind, Refusal
from khata.core.words import spoken_moment
from khata.db.stores.clocks import TestClock
from khata.db.transaction import Database

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class TestClockInLiveMode(Refusal):
    """Real customers live in real time: only a test tenant has a clock that can be set."""

    __test__ = False
    kind = Kind.CONFLICT


class TestClockExists(Refusal):
    """The tenant has a test clock already; advance it, or delete it first."""

    __test__ = False
    kind = Kind.CONFLICT


class TimeOutOfRange(Refusal):
    """A test clock shows an instant of the years 2000 to 2099."""


class ClockMovedBack(Refusal):
    """Time goes forward only: something has happened here after that instant."""


@dataclass(frozen=True, slots=True)
class SetTestClock:
    tenant: UUID
    id: UUID
    frozen_time: datetime


def set_test_clock(command: SetTestClock, *, db: Database) -> TestClock:
    """Freeze the tenant's time. Months are closed from the frozen one on.

    Raises: TestClockInLiveMode, TestClockExists, TimeOutOfRange, ClockMovedBack.
    """
    frozen = _in_range(command.frozen_time, param="frozen_time")
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.lock()
        if tenant.livemode:
            raise TestClockInLiveMode("Live tenants have no test clock; use the test key")
        last = uow.events.last_at()
        if last is not None and frozen < last:
            raise ClockMovedBack(
                f"Something happened here at {spoken_moment(last, tenant.timezone)}; freeze a "
                "later instant, or open another account",
                param="frozen_time",
            )
        if not uow.clocks.add(command.id, frozen, frozen):
            raise TestClockExists("This tenant has a test clock; advance it or delete it first")
        uow.tenants.close_next_at(end_of_month(frozen, tenant.timezone))
        clock = uow.clocks.get()
    assert clock is not None
    return clock


def _in_range(instant: datetime, *, param: str) -> datetime:
    """Return the instant, or refuse it. Raises: TimeOutOfRange."""
    if not EARLIEST <= instant < LATEST:
        raise TimeOutOfRange(
            "A test clock shows the years 2000 to 2099; choose an instant of these", param=param
        )
    return instant
