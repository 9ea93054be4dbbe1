"""A test tenant's clock, as a row."""

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


class Clocks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, *, lock: bool = False) -> TestClock | None:
        """Return the tenant's clock, if it has one."""
        row = self._connection.execute(
            "select id, frozen_time, status, target_time, created_at from test_clocks"
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
            "update test_clocks set status = 'advancing', target_time = %s", [target]
        )

    def move_to(self, instant: datetime) -> None:
        """Move the hands; they never go back."""
        self._connection.execute(
            "update test_clocks set frozen_time = %s where frozen_time <= %s", [instant, instant]
        )

    def arrive(self) -> None:
        self._connection.execute("update test_clocks set status = 'ready', target_time = null")

    def remove(self) -> None:
        self._connection.execute("delete from test_clocks")

    def next_due_at(self) -> datetime | None:
        """Return when the tenant's next thing is due, in whatever part of the engine."""
        row = self._connection.execute("select next_due_at(current_tenant())").fetchone()
        return None if row is None else row[0]

    def kinds_due(self, at: datetime) -> frozenset[str]:
        """Return which kinds of work are due by `at`: close, billing, events, asks, …"""
        row = self._connection.execute(_KINDS_DUE, {"at": at}).fetchone()
        assert row is not None
        return frozenset(kind for kind, due in zip(_KINDS, row, strict=True) if due)


_KINDS = ("close", "billing", "events", "asks", "payments", "refunds", "mails")
_KINDS_DUE = """
    select exists (select from tenants where next_close_at <= %(at)s),
           exists (select from subscriptions
             where tenant_id = current_tenant() and next_billing_at <= %(at)s),
           exists (select from events
             where tenant_id = current_tenant() and reacted_at is null and at <= %(at)s),
           exists (select from attempts where tenant_id = current_tenant() and ask_at <= %(at)s),
           exists (select from payments
             where tenant_id = current_tenant() and next_attempt_at <= %(at)s),
           exists (select from refunds where tenant_id = current_tenant() and ask_at <= %(at)s),
           exists (select from mails where tenant_id = current_tenant() and next_try_at <= %(at)s)
"""
