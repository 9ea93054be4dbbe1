"""Bells: which of a tenant's queues have been rung for, and which of those rang in vain."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.rows import Connection


@dataclass(frozen=True, slots=True)
class Bell:
    """What a message carries: ids only. An older `ring` than the row's rings for nothing."""

    tenant: UUID
    queue: str
    lane: int
    ring: int


@dataclass(frozen=True, slots=True)
class Begun:
    """A bell whose work begins. `tries` counts this one, and those before it that broke."""

    id: UUID
    tries: int


class Bells:
    def __init__(self, connection: Connection, tenant: UUID) -> None:
        self._connection = connection
        self._tenant = tenant

    def ring(self, queue: str, lane: int, at: datetime, *, lost_before: datetime) -> Bell | None:
        """Ring where nobody has been rung for since `lost_before`; None where somebody has."""
        row = self._connection.execute(
            """insert into bells as b (queue, lane, rung_at) values (%(queue)s, %(lane)s, %(at)s)
               on conflict (tenant_id, queue, lane) do update
                  set ring = b.ring + 1, rung_at = excluded.rung_at
                where b.rung_at <= %(lost_before)s and not b.is_parked
                  and (b.quiet_until is null or b.quiet_until <= %(at)s)
               returning ring""",
            {"queue": queue, "lane": lane, "at": at, "lost_before": lost_before},
        ).fetchone()
        return None if row is None else Bell(self._tenant, queue, lane, row[0])

    def begin(self, bell: Bell, at: datetime) -> Begun | None:
        """Count a try; None for a message that comes too late, or a second time after its end."""
        row = self._connection.execute(
            """update bells set tries = tries + 1, rung_at = %s
                where queue = %s and lane = %s and ring = %s and not is_parked
               returning id, tries""",
            [at, bell.queue, bell.lane, bell.ring],
        ).fetchone()
        return None if row is None else Begun(*row)

    def not_tried(self, bell: Bell) -> None:
        """Take a try back that was cut short by no fault of the work."""
        self._connection.execute(
            """update bells set tries = tries - 1
                where queue = %s and lane = %s and ring = %s and tries > 0""",
            [bell.queue, bell.lane, bell.ring],
        )

    def again(self, bell: Bell, at: datetime) -> Bell | None:
        """Ring once more for work that went well and is not at its end; None where another has."""
        row = self._connection.execute(
            """update bells set ring = ring + 1, rung_at = %s, tries = 0
                where queue = %s and lane = %s and ring = %s returning ring""",
            [at, bell.queue, bell.lane, bell.ring],
        ).fetchone()
        return None if row is None else Bell(bell.tenant, bell.queue, bell.lane, row[0])

    def answered(self, bell: Bell) -> None:
        """Take the bell down: there is nothing left to ring for."""
        self._connection.execute(
            "delete from bells where queue = %s and lane = %s and ring = %s",
            [bell.queue, bell.lane, bell.ring],
        )

    def rest(self, bell: Bell, at: datetime, until: datetime) -> None:
        """Let nobody ring before `until`; the message that is in the air rings for nothing."""
        self._connection.execute(
            """update bells set ring = ring + 1, rung_at = '-infinity', quiet_until = %s
                where queue = %s and lane = %s and ring = %s""",
            [until, bell.queue, bell.lane, bell.ring],
        )

    def unring(self, bell: Bell) -> None:
        """Say that the message did not leave: whoever looks next rings again."""
        self._connection.execute(
            "update bells set rung_at = '-infinity' where queue = %s and lane = %s and ring = %s",
            [bell.queue, bell.lane, bell.ring],
        )

    def park(self, bell: Bell) -> None:
        """Ring no more until `release`."""
        self._connection.execute(
            "update bells set is_parked = true where queue = %s and lane = %s and ring = %s",
            [bell.queue, bell.lane, bell.ring],
        )

    def release(self, id: UUID) -> None:
        """Take a parked bell down, so that it is rung again for what is due."""
        self._connection.execute("delete from bells where id = %s and is_parked", [id])
