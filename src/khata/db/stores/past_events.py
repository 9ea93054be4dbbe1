"""Events that have happened, to be told once more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from khata.core.events import StoredEvent
from khata.db.rows import Connection

_EVENT: Final = "select id, type, subject_id, sequence, facts, at from events"


class PastEvents:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, id: UUID) -> StoredEvent | None:
        row = self._connection.execute(f"{_EVENT} where id = %s", [id]).fetchone()
        return None if row is None else StoredEvent(*row)

    def last_of(self, subject: UUID) -> StoredEvent:
        """Return the latest event of a subject that has one."""
        row = self._connection.execute(
            f"{_EVENT} where subject_id = %s order by sequence desc limit 1", [subject]
        ).fetchone()
        assert row is not None, "the subject has an event"
        return StoredEvent(*row)

    def between(self, begin: datetime, end: datetime, *, limit: int) -> Sequence[StoredEvent]:
        """Return what happened in [begin, end), the oldest first.

        An id begins with the milliseconds of its instant, so the table's own key finds them.
        """
        rows = self._connection.execute(
            f"""{_EVENT} where tenant_id = current_tenant() and id >= %s and id < %s
                  and at >= %s and at < %s order by id limit %s""",
            [_lowest_id(begin, 0), _lowest_id(end, 1), begin, end, limit],
        )
        return [StoredEvent(*row) for row in rows]


def _lowest_id(at: datetime, later: int) -> UUID:
    return UUID(int=(int(at.timestamp() * 1000) + later) << 80)
