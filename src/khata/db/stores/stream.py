"""What is to be published on the stream, in the order of publishing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.events import StoredEvent
from khata.db.rows import Connection


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits for the stream, at its place in the line."""

    place: int
    event: StoredEvent


class StreamOutbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, event_ids: Sequence[UUID], at: datetime) -> None:
        """Let these events wait for the stream, in their order, behind those that do."""
        if event_ids:
            self._connection.execute(
                """insert into stream_outbox (event_id, at)
                   select id, %s from unnest(%s::uuid[]) with ordinality e (id, n) order by n""",
                [at, list(event_ids)],
            )

    def first(self, *, limit: int, but: Collection[str] = ()) -> list[Waiting]:
        """Return those that wait the longest; areas of events in `but` are passed over."""
        rows = self._connection.execute(
            """select o.place, e.id, e.type, e.subject_id, e.sequence, e.facts, e.at
                 from stream_outbox o
                 join events e on e.tenant_id = o.tenant_id and e.id = o.event_id
                where o.tenant_id = current_tenant()
                  and split_part(e.type, '.', 1) <> all(%s)
                order by o.place limit %s""",
            [list(but), limit],
        )
        return [Waiting(row[0], StoredEvent(*row[1:])) for row in rows]

    def remove(self, places: Collection[int]) -> None:
        """Forget what the stream keeps now."""
        self._connection.execute(
            "delete from stream_outbox where tenant_id = current_tenant() and place = any(%s)",
            [list(places)],
        )
