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
_A_MOMENT: Final = timedelta(milliseconds=1)  # to which an id's time is exact
_MOST_TOLD: Final = 100_000
PAGE: Final = 1000

_FROM = """
    select id, type, subject_id, sequence, facts, at from events
     where tenant_id = current_tenant() and id > %(after)s
     order by id limit %(page)s
"""


@dataclass(slots=True)
class News:
    """What a tenant's events are that this reader has not told yet. `since`: None is the first.

    It goes over the latest stretch of time again and again, page by page.
    """

    since: datetime | None
    _newest: datetime = _EARLIEST
    _told: dict[UUID, datetime] = field(default_factory=dict)
    _reached: UUID | None = None  # how far this time; None: begin again

    def pass_over(self, connection: Connection) -> None:
        """Count what is there already as told."""
        while self.page(connection):
            pass

    def page(self, connection: Connection) -> list[StoredEvent]:
        """Return events that were not told yet, at most a page; none when all are told."""
        late = _late(connection)
        if self._reached is None:
            self._reached = first_id(max(self.since or _EARLIEST, self._newest - late))
        while True:
            rows = connection.execute(_FROM, {"after": self._reached, "page": PAGE}).fetchall()
            self._reached = rows[-1][0] if len(rows) == PAGE else None
            fresh = [StoredEvent(*row) for row in rows if row[0] not in self._told]
            self._tell(fresh, late)
            if fresh or self._reached is None:
                return fresh

    def _tell(self, fresh: list[StoredEvent], late: timedelta) -> None:
        for event in fresh:
            self._told[event.id] = event.at
            self._newest = max(self._newest, event.at)
        if self._reached is None or len(self._told) > _MOST_TOLD:
            oldest = self._newest - late - _A_MOMENT
            self._told = {id: at for id, at in self._told.items() if at >= oldest}


def _late(connection: Connection) -> timedelta:
    row = connection.execute("select exists (select from test_clocks)").fetchone()
    return _LATE_ON_A_TEST_CLOCK if row is not None and row[0] else _LATE
