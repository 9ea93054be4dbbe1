"""A test tenant's clock, as a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.rows import Connection


@dataclass(frozen=True, slots=True)
class TestClock:
    """Time as a test tenant lives it: frozen, and on its way to `target_time` when advancing."""

    __test__ = False  # not a test, whatever its name makes pytest think

    id: UUID
    frozen_time: datetime
    status: str
    target_time: datetime | None
    created_at: datetime
    failure: str | None = None  # why it does not get on from where it stands


class Clocks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, *, lock: bool = False) -> TestClock | None:
        """Return the tenant's clock, if it has one."""
        row = self._connection.execute(
            "select id, frozen_time, status, target_time, created_at, failure from test_clocks"
            + (" for update" if lock else "")
        ).fetchone()
        return None if row is None else TestClock(*row)

    def add(self, id: UUID, frozen_time: datetime, created_at: datetime) -> bool:
        """Freeze the tenant's time; False where it is frozen already."""
        return (
            self._connection.execute(
                """insert into test_clocks (id, frozen_time, status, created_at)
                   values (%s, %s, 'ready', %s) on conflict do nothing""",
                [id, frozen_time, created_at],
            ).rowcount
            == 1
        )

    def send_to(self, target: datetime) -> None:
        self._connection.execute(
            "update test_clocks set status = 'advancing', target_time = %s, failure = null",
            [target],
        )

    def move_to(self, instant: datetime) -> None:
        """Move the hands; they never go back."""
        self._connection.execute(
            "update test_clocks set frozen_time = %s, failure = null where frozen_time <= %s",
            [instant, instant],
        )

    def stop_at(self, failure: str) -> None:
        """Say why it does not get on; it is still on its way, and is taken up again."""
        self._connection.execute(
            "update test_clocks set failure = %s where target_time is not null", [failure]
        )

    def arrive(self) -> None:
        self._connection.execute(
            "update test_clocks set status = 'ready', target_time = null, failure = null"
        )

    def remove(self) -> None:
        self._connection.execute("delete from test_clocks")

    def due_times(self) -> "DueTimes":
        """Return when each kind of the tenant's work is next due, in all of the engine."""
        rows = self._connection.execute("select kind, at from kinds_due(current_tenant())")
        return DueTimes(dict(rows.fetchall()))


@dataclass(frozen=True, slots=True)
class DueTimes:
    """Kinds of work and when each is next due; a kind that waits for nothing is not in it."""

    of: Mapping[str, datetime]

    @property
    def first(self) -> datetime | None:
        return min(self.of.values(), default=None)

    def by(self, at: datetime) -> frozenset[str]:
        """Return the kinds that are due by an instant."""
        return frozenset(kind for kind, due in self.of.items() if due <= at)
