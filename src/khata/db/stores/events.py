"""The outbox: events stored with the facts, waiting to be reacted to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.core.events import Event
from khata.core.ids import new_ids
from khata.db.rows import Connection, insert_rows


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it stands in the outbox; `facts` as JSON holds them."""

    id: UUID
    type: str
    subject_id: UUID
    facts: dict[str, Any]
    at: datetime


class Events:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, events: Iterable[Event], at: datetime) -> None:
        """Store events of this instant, in their order."""
        told = list(events)
        insert_rows(
            self._connection,
            "events",
            [
                {
                    "id": id,
                    "type": event.type,
                    "subject_id": event.subject_id,
                    "facts": event.facts(),
                    "at": at,
                }
                for id, event in zip(new_ids(at, len(told)), told, strict=True)
            ],
        )

    def last_at(self) -> datetime | None:
        """Return when the latest thing happened here."""
        row = self._connection.execute("select max(at) from events").fetchone()
        return None if row is None else row[0]

    def take_waiting(self, at: datetime, *, limit: int) -> list[StoredEvent]:
        """Lock events that nobody has reacted to, the oldest first, and mark them reacted to."""
        return self._taken(
            """select id from events
                where tenant_id = current_tenant() and reacted_at is null and at <= %(at)s
                order by at, id limit %(limit)s for update skip locked""",
            {"at": at, "limit": limit},
        )

    def wait_again(self, id: UUID) -> None:
        """Let an event be reacted to again."""
        self._connection.execute("update events set reacted_at = null where id = %s", [id])

    def take_of(self, subjects: Sequence[UUID], at: datetime) -> list[StoredEvent]:
        """The same for the events of these subjects, at whatever time they happened."""
        return self._taken(
            """select id from events
                where tenant_id = current_tenant() and reacted_at is null
                  and subject_id = any(%(subjects)s) order by at, id for update skip locked""",
            {"at": at, "subjects": list(subjects)},
        )

    def _taken(self, which: str, parameters: dict[str, Any]) -> list[StoredEvent]:
        rows = self._connection.execute(
            f"""with taken as ({which})
                update events e set reacted_at = %(at)s from taken
                 where e.tenant_id = current_tenant() and e.id = taken.id
                 returning e.id, e.type, e.subject_id, e.facts, e.at""",
            parameters,
        )
        return sorted((StoredEvent(*row) for row in rows), key=lambda event: (event.at, event.id))
