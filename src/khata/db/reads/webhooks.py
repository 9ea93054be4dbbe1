"""Questions of webhooks: endpoints, deliveries, and one delivery with its tries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.events import StoredEvent
from khata.core.webhooks import Endpoint
from khata.db.reads.lists import Filter, Listing
from khata.db.rows import Connection
from khata.db.stores.webhook_endpoints import endpoint_of

MOST_COUNTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery and the event that it brings."""

    id: UUID
    endpoint_id: UUID
    status: str
    tries: int
    next_try_at: datetime | None
    last_try_at: datetime | None
    last_status_code: int | None
    last_error: str | None
    created_at: datetime
    event: StoredEvent


@dataclass(frozen=True, slots=True)
class TryView:
    """One try: what it was signed with, and what was answered."""

    id: UUID
    at: datetime
    url: str
    signature: str
    took_ms: int
    status_code: int | None
    error: str | None
    answer: str


def _delivery(row: dict[str, Any]) -> DeliveryView:
    event = StoredEvent(
        id=row.pop("event_id"),
        type=row.pop("type"),
        subject_id=row.pop("subject_id"),
        sequence=row.pop("sequence"),
        facts=row.pop("facts"),
        at=row.pop("at"),
    )
    # "At once" is told as what it is: due since the delivery is there.
    return DeliveryView(**row, event=event)


ENDPOINTS: Listing[Endpoint] = Listing(
    source="(select * from webhook_endpoints where deleted_at is null) e",
    fields="""id, url, description, events, status, disabled_at, disabled_because, failing_since,
        failures, slow_until, previous_until, created_at""",
    of=endpoint_of,
    prefix="we",
    what="webhook endpoint",
    filters={"status": Filter("status = %s")},
)

DELIVERIES: Listing[DeliveryView] = Listing(
    source="""(select d.id, d.endpoint_id, d.event_id, d.subject_id, d.sequence, d.status, d.tries,
                     d.next_try_at, d.last_try_at, d.last_status_code, d.last_error, d.created_at,
                     e.type, e.facts, e.at
                from webhook_deliveries d
                join events e on e.tenant_id = d.tenant_id and e.id = d.event_id) d""",
    fields="""id, endpoint_id, event_id, subject_id, sequence, status, tries, next_try_at,
        last_try_at, last_status_code, last_error, created_at, type, facts, at""",
    of=_delivery,
    prefix="whd",
    what="webhook delivery",
    filters={
        "endpoint": Filter(
            "endpoint_id = %s", prefix="we", refers="webhook_endpoints", what="webhook endpoint"
        ),
        "event": Filter("event_id = %s", prefix="evt", refers="events", what="event"),
        "status": Filter("status = %s"),
    },
)


def tries_of(connection: Connection, delivery: UUID) -> Sequence[TryView]:
    """Return every try of a delivery, the newest first; of many, the last hundred."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            """select id, at, url, signature, took_ms, status_code, error, answer
                 from webhook_tries where delivery_id = %s order by id desc limit 100""",
            [delivery],
        ).fetchall()
    return [TryView(**row) for row in rows]


def waiting_of(connection: Connection, endpoint: UUID) -> int:
    """Return how many deliveries wait for an endpoint; of very many, MOST_COUNTED."""
    row = connection.execute(
        """select count(*) from (
             select from webhook_deliveries where endpoint_id = %s and status = 'pending'
              limit %s) waiting""",
        [endpoint, MOST_COUNTED],
    ).fetchone()
    return int(row[0]) if row else 0
