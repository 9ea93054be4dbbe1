"""Webhook deliveries as rows: queued with the events, taken under a lease, recorded in sets.

Of the deliveries of one subject to one endpoint only the first that is pending is due; whoever
ends it wakes the next. So nothing is overtaken, and what waits in a long line costs nobody a look.

Rows are named by `= any(array)`, not joined: a burst outruns the planner's statistics, and of a
join it would then make a loop over all that waits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from khata.core.events import StoredEvent
from khata.core.ids import new_ids
from khata.core.webhooks import DeliveryStatus, Outcome
from khata.db.rows import Connection, as_json, insert_rows

# "At once" on the machine's clock, whatever the tenant's own clock says.
AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TakenDelivery:
    """A delivery that is ours until its lease ends. `tries` failed before this one."""

    id: UUID
    lease: int
    tries: int
    event: StoredEvent


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a delivery that was taken, and how it stands now."""

    delivery: TakenDelivery
    at: datetime
    url: str
    signature: str
    outcome: Outcome
    status: DeliveryStatus
    next_try_at: datetime | None


class WebhookDeliveries:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, wanted: Sequence[tuple[UUID, StoredEvent]], at: datetime) -> None:
        """Queue events for endpoints; once for ever for an event and an endpoint."""
        if not wanted:
            return
        self._hold_lines(wanted)
        rows = [
            {
                "id": id,
                "endpoint_id": endpoint,
                "event_id": event.id,
                "subject_id": event.subject_id,
                "sequence": event.sequence,
                "created_at": at,
            }
            for id, (endpoint, event) in zip(new_ids(at, len(wanted)), wanted, strict=True)
        ]
        self._connection.execute(
            """insert into webhook_deliveries
                 (id, endpoint_id, event_id, subject_id, sequence, created_at, status)
               select id, endpoint_id, event_id, subject_id, sequence, created_at, 'pending'
                 from json_populate_recordset(null::webhook_deliveries, %s::json)
               on conflict (tenant_id, endpoint_id, event_id) do nothing""",
            [as_json(rows)],
        )
        self._wake((endpoint, event.subject_id) for endpoint, event in wanted)

    def send_again(self, id: UUID) -> UUID | None:
        """Let a delivery be sent at once, on a schedule of its own; return of which endpoint.

        None where there is no such delivery, or its endpoint gets no news.
        """
        row = self._connection.execute(
            """update webhook_deliveries d set status = 'pending', tries = 0, next_try_at = %s
                 from webhook_endpoints e
                where d.id = %s and e.id = d.endpoint_id and e.status = 'enabled'
                  and e.deleted_at is null
               returning d.endpoint_id""",
            [AT_ONCE, id],
        ).fetchone()
        return None if row is None else row[0]

    def of_event(self, endpoint: UUID, event: UUID) -> UUID | None:
        """Return which delivery brings an event to an endpoint, if there is one."""
        row = self._connection.execute(
            "select id from webhook_deliveries where endpoint_id = %s and event_id = %s",
            [endpoint, event],
        ).fetchone()
        return None if row is None else row[0]

    def last_about(self, subject: UUID) -> UUID:
        """Return which delivery brought the latest news of a subject that has one."""
        row = self._connection.execute(
            "select id from webhook_deliveries where subject_id = %s order by id desc limit 1",
            [subject],
        ).fetchone()
        assert row is not None, "there was a delivery"
        id: UUID = row[0]
        return id

    def exists(self, id: UUID) -> bool:
        found = self._connection.execute("select 1 from webhook_deliveries where id = %s", [id])
        return found.fetchone() is not None

    def arrived(self, endpoint: UUID, events: Sequence[UUID]) -> set[UUID]:
        """Return which of the events an endpoint has taken, or is about to be sent."""
        rows = self._connection.execute(
            """select event_id from webhook_deliveries
                where tenant_id = current_tenant() and endpoint_id = %s and event_id = any(%s)
                  and status in ('succeeded', 'pending')""",
            [endpoint, list(events)],
        )
        return {row[0] for row in rows}

    def queue_again(self, endpoint: UUID, events: Sequence[UUID]) -> None:
        """Let what these events brought, or did not bring, to an endpoint be sent again."""
        rows = self._connection.execute(
            """update webhook_deliveries set status = 'pending', tries = 0, next_try_at = null
                where tenant_id = current_tenant() and endpoint_id = %s and event_id = any(%s)
                  and not (status = 'pending' and next_try_at is not null)
               returning subject_id""",
            [endpoint, list(events)],
        ).fetchall()
        self._wake((endpoint, row[0]) for row in rows)

    def take_due(
        self, endpoint: UUID, at: datetime, *, until: datetime, limit: int
    ) -> list[TakenDelivery]:
        """Lease what is due to an endpoint until an instant; what others hold is skipped."""
        rows = self._connection.execute(
            """with due as materialized (
                 select id from webhook_deliveries
                  where tenant_id = current_tenant() and endpoint_id = %(endpoint)s
                    and next_try_at <= %(at)s
                  order by next_try_at, id limit %(limit)s for update skip locked)
               update webhook_deliveries d set next_try_at = %(until)s, lease = d.lease + 1
                where d.tenant_id = current_tenant() and d.id = any(array(select id from due))
               returning d.id, d.lease, d.tries, d.event_id""",
            {"endpoint": endpoint, "at": at, "until": until, "limit": limit},
        ).fetchall()
        events = self._events([row[3] for row in rows])
        taken = [TakenDelivery(row[0], row[1], row[2], events[row[3]]) for row in rows]
        return sorted(taken, key=lambda one: one.id)

    def _events(self, ids: Sequence[UUID]) -> dict[UUID, StoredEvent]:
        if not ids:
            return {}
        rows = self._connection.execute(
            """select id, type, subject_id, sequence, facts, at from events
                where tenant_id = current_tenant() and id = any(%s)""",
            [list(ids)],
        )
        return {row[0]: StoredEvent(*row) for row in rows}

    def hand_back(self, taken: Sequence[TakenDelivery]) -> None:
        """Let what was taken and not tried be due at once, for whoever comes."""
        ids = [one.id for one in taken]
        self._connection.execute(
            """update webhook_deliveries d set next_try_at = %s
                 from unnest(%s::uuid[], %s::integer[]) t (id, lease)
                where d.tenant_id = current_tenant() and d.id = any(%s)
                  and d.id = t.id and d.lease = t.lease and d.status = 'pending'""",
            [AT_ONCE, ids, [one.lease for one in taken], ids],
        )

    def record(self, endpoint: UUID, tried: Sequence[Tried]) -> None:
        """Write down what came of deliveries, and wake those that waited for them.

        Every try is in the log. Where a lease had ended and another took the delivery, how it
        stands is the other's to say.
        """
        if not tried:
            return
        insert_rows(self._connection, "webhook_tries", _log_rows(tried))
        ids = [one.delivery.id for one in tried]
        self._connection.execute(
            """select 1 from webhook_deliveries
                where tenant_id = current_tenant() and id = any(%s) order by id for update""",
            [ids],
        )
        self._connection.execute(
            """update webhook_deliveries d
                  set status = r.status, next_try_at = r.next_try_at, tries = d.tries + 1,
                      last_try_at = r.last_try_at, last_status_code = r.last_status_code,
                      last_error = r.last_error
                 from json_populate_recordset(null::webhook_deliveries, %s::json) r
                where d.tenant_id = current_tenant() and d.id = any(%s)
                  and d.id = r.id and d.lease = r.lease and d.status = 'pending'""",
            [as_json([_row(one) for one in tried]), ids],
        )
        self._wake(
            (endpoint, one.delivery.event.subject_id)
            for one in tried
            if one.status is not DeliveryStatus.PENDING
        )

    def discard(self, endpoint: UUID) -> None:
        """End all that waits for an endpoint that gets no more news."""
        self._connection.execute(
            """update webhook_deliveries d set status = 'discarded', next_try_at = null
                 from (select id from webhook_deliveries
                        where tenant_id = current_tenant() and endpoint_id = %s
                          and status = 'pending' order by id for update) ended
                where d.tenant_id = current_tenant() and d.id = ended.id""",
            [endpoint],
        )

    def _hold_lines(self, wanted: Sequence[tuple[UUID, StoredEvent]]) -> None:
        """Keep the last of each line from ending before what comes behind it is stored.

        Else its end would wake nobody, and what we store would wait for it for ever.
        """
        self._connection.execute(
            """select 1 from webhook_deliveries d
                where d.tenant_id = current_tenant() and d.status = 'pending'
                  and d.id = any(array(
                      select f.id
                        from unnest(%s::uuid[], %s::uuid[]) l (endpoint_id, subject_id)
                        cross join lateral (
                          select f.id from webhook_deliveries f
                           where f.tenant_id = current_tenant()
                             and f.endpoint_id = l.endpoint_id and f.subject_id = l.subject_id
                             and f.status = 'pending' offset 0) f))
                order by d.id for share""",
            [
                [endpoint for endpoint, _ in wanted],
                [event.subject_id for _, event in wanted],
            ],
        )

    def _wake(self, lines: Iterable[tuple[UUID, UUID]]) -> None:
        """Let the first pending delivery of each line, endpoint and subject, be due at once."""
        distinct = list(dict.fromkeys(lines))
        if not distinct:
            return
        self._connection.execute(
            """update webhook_deliveries d set next_try_at = %s
                where d.tenant_id = current_tenant() and d.status = 'pending'
                  and d.next_try_at is null
                  and d.id = any(array(
                      select first.id
                        from unnest(%s::uuid[], %s::uuid[]) l (endpoint_id, subject_id)
                        cross join lateral (
                          select f.id, f.next_try_at from webhook_deliveries f
                           where f.tenant_id = current_tenant()
                             and f.endpoint_id = l.endpoint_id and f.subject_id = l.subject_id
                             and f.status = 'pending'
                           order by f.sequence limit 1) first
                       where first.next_try_at is null))""",
            [
                AT_ONCE,
                [endpoint for endpoint, _ in distinct],
                [subject for _, subject in distinct],
            ],
        )


def _row(one: Tried) -> dict[str, object]:
    return {
        "id": one.delivery.id,
        "lease": one.delivery.lease,
        "status": one.status.value,
        "next_try_at": one.next_try_at,
        "last_try_at": one.at,
        "last_status_code": one.outcome.status_code,
        "last_error": one.outcome.error,
    }


def _log_rows(tried: Sequence[Tried]) -> list[dict[str, object]]:
    ids = new_ids(tried[0].at, len(tried))
    return [
        {
            "id": id,
            "delivery_id": one.delivery.id,
            "at": one.at,
            "url": one.url,
            "signature": one.signature,
            "took_ms": round(one.outcome.took.total_seconds() * 1000),
            "status_code": one.outcome.status_code,
            "error": one.outcome.error,
            "answer": one.outcome.answer,
        }
        for id, one in zip(ids, tried, strict=True)
    ]
