"""The outbox: events stored with the facts, waiting to be reacted to."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from khata.core.events import Event, StoredEvent
from khata.core.ids import new_ids
from khata.db.rows import Connection, as_json
from khata.watch.traces import traceparent

# Numbered as they are stored: after what the subject has already, in the order of their ids.
_ADD: Final = """
    insert into events (id, type, subject_id, facts, at, traceparent, sequence)
    select n.id, n.type, n.subject_id, n.facts, n.at, n.traceparent,
           row_number() over (partition by n.subject_id order by n.id)
             + coalesce((select max(b.sequence) from events b
                          where b.tenant_id = current_tenant() and b.subject_id = n.subject_id), 0)
      from json_populate_recordset(null::events, %s::json) n
"""
_ADD_UNLESS_OUTRUN: Final = _ADD + "on conflict (tenant_id, subject_id, sequence) do nothing"

# What is picked, and the earlier of the same subjects that wait; of each subject as far as nobody
# else holds one of them. Whoever has reacted to it meanwhile counts as holding it: our snapshot is
# older, and cannot tell; the next look can. Lateral, so that a look costs what it takes, and not
# what waits: the planner knows neither number.
_TAKE: Final = """
    with picked as materialized (
      select subject_id, max(sequence) as last from ({picked}) p group by subject_id
    ), waiting as materialized (
      select e.id, e.subject_id, e.sequence
        from picked p cross join lateral (
          select id, subject_id, sequence from events
           where tenant_id = current_tenant() and subject_id = p.subject_id
             and sequence <= p.last and reacted_at is null
          offset 0) e
    ), held as materialized (
      select e.id
        from waiting w cross join lateral (
          select id from events
           where tenant_id = current_tenant() and subject_id = w.subject_id
             and sequence = w.sequence and reacted_at is null
             for update skip locked) e
    ), taken as (
      select id from (
        select w.id, bool_and(held.id is not null)
                       over (partition by w.subject_id order by w.sequence) as is_in_order
          from waiting w left join held using (id)) w
       where is_in_order
    )
    update events e set reacted_at = %(at)s
     where e.tenant_id = current_tenant() and e.id = any(array(select id from taken))
    returning e.id, e.type, e.subject_id, e.sequence, e.facts, e.at
"""
_OLDEST: Final = """
    select subject_id, sequence from events
     where tenant_id = current_tenant() and reacted_at is null and at <= %(at)s
     order by at, id limit %(limit)s for update skip locked
"""
_OF_SUBJECTS: Final = """
    select subject_id, sequence from events
     where tenant_id = current_tenant() and reacted_at is null and subject_id = any(%(subjects)s)
     order by subject_id, sequence for update
"""


class Events:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, events: Iterable[Event], at: datetime) -> None:
        """Store events of this instant, in their order, each with the next number of its subject.

        Who writes about a subject holds its row, as a rule. Where two do not and meet in a number,
        the second has waited for the first, and numbers again.
        """
        rows: Sequence[dict[str, Any]] = _rows(events, at)
        while rows:
            stored = self._connection.execute(_ADD_UNLESS_OUTRUN, [as_json(rows)]).rowcount
            rows = [] if stored == len(rows) else self._outrun(rows)

    def add_of_held(self, events: Iterable[Event], at: datetime) -> None:
        """The same about subjects whose rows the caller holds or makes; fit for a pipeline.

        No answer is waited for: one who told of a subject without holding it would break this
        transaction, which is then done again.
        """
        rows = _rows(events, at)
        if rows:
            self._connection.execute(_ADD, [as_json(rows)])

    def _outrun(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Take back all about subjects of which another told first, and return it."""
        found = self._connection.execute(
            "select id from events where tenant_id = current_tenant() and id = any(%s)",
            [[row["id"] for row in rows]],
        )
        stored = {row[0] for row in found}
        subjects = {row["subject_id"] for row in rows if row["id"] not in stored}
        again = [row for row in rows if row["subject_id"] in subjects]
        self._connection.execute(
            "delete from events where tenant_id = current_tenant() and id = any(%s)",
            [[row["id"] for row in again]],
        )
        return again

    def last_at(self) -> datetime | None:
        """Return when the latest thing happened here."""
        row = self._connection.execute("select max(at) from events").fetchone()
        return None if row is None else row[0]

    def take_waiting(self, at: datetime, *, limit: int) -> list[StoredEvent]:
        """Lock events that nobody has reacted to, the oldest first, and mark them reacted to.

        Each brings the earlier ones of its subject with it, so there may be more than `limit`, and
        none is taken while another holds an earlier one: a subject's events are reacted to in
        their order, however many react at once.
        """
        return self._taken(_OLDEST, {"at": at, "limit": limit})

    def wait_again(self, id: UUID) -> None:
        """Let an event be reacted to again."""
        self._connection.execute("update events set reacted_at = null where id = %s", [id])

    def take_of(self, subjects: Sequence[UUID], at: datetime) -> list[StoredEvent]:
        """The same for the events of these subjects, at whatever time they happened.

        Waits for those who are at it: what they have reacted to is not taken again.
        """
        asked = {"at": at, "subjects": list(subjects)}
        # Alone, so that what is taken is seen as it is after the wait.
        self._connection.execute(_OF_SUBJECTS, asked)
        return self._taken(_OF_SUBJECTS, asked)

    def traceparents_of(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return, of the events that were traced, where they happened in their traces."""
        rows = self._connection.execute(
            """select id, traceparent from events
                where tenant_id = current_tenant() and id = any(%s) and traceparent is not null""",
            [list(ids)],
        )
        return dict(rows.fetchall())

    def traceparent_about(self, subject: UUID) -> str | None:
        """Return where the first traced thing happened to this subject."""
        row = self._connection.execute(
            """select traceparent from events
                where tenant_id = current_tenant() and subject_id = %s and traceparent is not null
                order by sequence limit 1""",
            [subject],
        ).fetchone()
        return None if row is None else row[0]

    def _taken(self, picked: str, parameters: dict[str, Any]) -> list[StoredEvent]:
        sql = _TAKE.format(picked=picked)
        return _in_order([StoredEvent(*row) for row in self._connection.execute(sql, parameters)])


def _rows(events: Iterable[Event], at: datetime) -> list[dict[str, Any]]:
    told = list(events)
    here = traceparent()
    return [
        {
            "id": id,
            "type": event.type,
            "subject_id": event.subject_id,
            "facts": event.facts(),
            "at": at,
            "traceparent": here,
        }
        for id, event in zip(new_ids(at, len(told)), told, strict=True)
    ]


def _in_order(events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Order by time, and within a subject by number: the clocks of two machines may differ."""
    of: defaultdict[UUID, deque[StoredEvent]] = defaultdict(deque)
    for event in sorted(events, key=lambda event: event.sequence):
        of[event.subject_id].append(event)
    by_time = sorted(events, key=lambda event: (event.at, event.id))
    return [of[event.subject_id].popleft() for event in by_time]
