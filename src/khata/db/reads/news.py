"""News as it comes in: a tenant's events from a moment on, though they are not stored in order."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from khata.core.events import StoredEvent
from khata.core.ids import first_id
from khata.db.rows import Connection

# An event has the time at which its work began, and is there when that is done. So each look goes
# back before the newest event by more than any work lasts (see the limits in db/transaction.py).
# On a test clock months go by in between.
_LATE: Final = timedelta(minutes=10)
_LATE_ON_A_TEST_CLOCK: Final = timedelta(days=31)
_EARLIEST: Final = datetime(1971, 1, 1, tzinfo=UTC)
PAGE: Final = 1000

_FROM = """
    select id, type, subject_id, sequence, facts, at from events
     where tenant_id = current_tenant() and id >= %(from)s and id > %(after)s
     order by id limit %(page)s
"""


@dataclass(slots=True)
class News:
    """What a tenant's events are that this reader has not told yet. `since`: None is the first."""

    since: datetime | None
    _newest: datetime = _EARLIEST
    _told: dict[UUID, datetime] = field(default_factory=dict)

    def pass_over(self, connection: Connection) -> None:
        """Count what is there already as told."""
        while self.page(connection):
            pass

    def page(self, connection: Connection) -> list[StoredEvent]:
        """Return events that were not told yet, at most a page; none when all are told."""
        row = connection.execute("select exists (select from test_clocks)").fetchone()
        late = _LATE_ON_A_TEST_CLOCK if row is not None and row[0] else _LATE
        begin = max(self.since or _EARLIEST, self._newest - late)
        fresh = self._fresh(connection, first_id(begin))
        for event in fresh:
            self._told[event.id] = event.at
            self._newest = max(self._newest, event.at)
        if not fresh:
            self._told = {id: at for id, at in self._told.items() if at >= begin - late}
        return fresh

    def _fresh(self, connection: Connection, begin: UUID) -> list[StoredEvent]:
        """Read on until there is something new, or nothing more."""
        after = first_id(_EARLIEST)
        while True:
            rows = connection.execute(
                _FROM, {"from": begin, "after": after, "page": PAGE}
            ).fetchall()
            fresh = [StoredEvent(*row) for row in rows if row[0] not in self._told]
            if fresh or len(rows) < PAGE:
                return fresh
            after = rows[-1][0]
