"""What gateways told, as rows: each event once for its account, however often it was delivered."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.gateway_event import EventStatus, GatewayEvent, KeptEvent, Subject, next_try
from khata.db.rows import Connection

EVENT_FIELDS = """id, account_id, event_id, type, subject, ours, reference, charge, amount,
    currency, told_at, received_at, status, outcome, tries, next_try_at, deliveries"""

# While one process applies an event, no other does; if it dies, the next may after this.
_LEASE = timedelta(minutes=5)


class GatewayEvents:
    """Table gateway_events."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(
        self,
        told: GatewayEvent,
        *,
        id: UUID,
        account_id: UUID,
        body: bytes,
        received_at: datetime,
        due_at: datetime,
    ) -> bool:
        """Keep an event to be applied at `due_at`; False: it was kept before, and is counted."""
        row = self._connection.execute(
            """insert into gateway_events as e (id, account_id, event_id, type, subject, ours,
                 reference, charge, amount, currency, told_at, received_at, body, status,
                 next_try_at)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'waiting', %s)
               on conflict (tenant_id, account_id, event_id)
                 do update set deliveries = e.deliveries + 1
               returning deliveries""",
            [
                id,
                account_id,
                told.id,
                told.type,
                told.subject,
                told.ours,
                told.reference,
                told.charge,
                told.amount,
                told.currency,
                told.created_at,
                received_at,
                body,
                due_at,
            ],
        ).fetchone()
        return row is not None and row[0] == 1

    def take_due(self, at: datetime, *, limit: int) -> list[KeptEvent]:
        """Take events to be applied and count the try; who dies on the way loses only this try."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"""with due as materialized (
                      select id from gateway_events
                       where tenant_id = current_tenant() and next_try_at <= %(at)s
                       order by next_try_at, id limit %(limit)s for update skip locked)
                    update gateway_events e set tries = e.tries + 1, next_try_at = %(lease)s
                      from due
                     where e.tenant_id = current_tenant() and e.id = due.id
                    returning {_OF_E}""",
                {"at": at, "lease": at + _LEASE, "limit": limit},
            ).fetchall()
        return sorted((event_of(row) for row in rows), key=lambda kept: kept.id)

    def get(self, id: UUID) -> KeptEvent | None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select {EVENT_FIELDS} from gateway_events where id = %s", [id]
            ).fetchone()
        return event_of(row) if row else None

    def settle(self, id: UUID, status: EventStatus, outcome: str) -> None:
        """Note what came of an event: nothing is due of it any more."""
        self._connection.execute(
            "update gateway_events set status = %s, outcome = %s, next_try_at = null where id = %s",
            [status, outcome, id],
        )

    def put_off(self, event: KeptEvent, outcome: str, at: datetime) -> None:
        """Try an event again later, or note that it was tried too often."""
        then = next_try(tries=event.tries, at=at)
        status = EventStatus.WAITING if then else EventStatus.DEAD
        self._connection.execute(
            "update gateway_events set status = %s, outcome = %s, next_try_at = %s where id = %s",
            [status, outcome, then, event.id],
        )

    def body(self, id: UUID) -> tuple[bytes | None, bytes | None]:
        """Return what came, to the byte, or else the hash of what was dropped."""
        row = self._connection.execute(
            "select body, body_hash from gateway_events where id = %s", [id]
        ).fetchone()
        if row is None:
            return None, None
        return (bytes(row[0]), None) if row[1] is None else (None, bytes(row[1]))

    def drop_bodies(self, *, before: datetime, limit: int) -> int:
        """Put hashes in the place of old bodies; what waits or is dead keeps its own."""
        found = self._connection.execute(
            """with old as materialized (
                 select id from gateway_events
                  where tenant_id = current_tenant() and received_at < %s
                    and body_hash is null and status in ('applied', 'set_aside')
                  order by received_at limit %s for update skip locked)
               update gateway_events e set body_hash = sha256(e.body), body = ''
                 from old
                where e.tenant_id = current_tenant() and e.id = old.id""",
            [before, limit],
        )
        return found.rowcount

    def replay(self, id: UUID, at: datetime) -> None:
        """Let an event be applied anew."""
        self._connection.execute(
            """update gateway_events set status = 'waiting', outcome = null, tries = 0,
                      next_try_at = %s where id = %s""",
            [at, id],
        )


_OF_E = ", ".join(f"e.{name.strip()}" for name in EVENT_FIELDS.split(","))


def event_of(row: dict[str, Any]) -> KeptEvent:
    """Return what a row with the columns of EVENT_FIELDS says."""
    told = GatewayEvent(
        id=row["event_id"],
        type=row["type"],
        subject=Subject(row["subject"]),
        ours=row["ours"],
        reference=row["reference"],
        charge=row["charge"],
        amount=row["amount"],
        currency=row["currency"],
        created_at=row["told_at"],
    )
    return KeptEvent(
        row["id"],
        row["account_id"],
        told,
        row["received_at"],
        EventStatus(row["status"]),
        row["outcome"],
        row["tries"],
        row["next_try_at"],
        row["deliveries"],
    )
