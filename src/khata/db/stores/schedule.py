"""Scheduled changes as rows: what is to change of a subscription, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.waiting import ITEMS, PAUSE, ScheduledChange, ScheduleStatus
from khata.db.rows import Connection, insert_rows

SCHEDULE_FIELDS = """id, subscription_id, kind, status, effective_on, wish, actor, created_at,
    outcome, failure, finished_at"""


class Schedule:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, change: ScheduledChange) -> None:
        """Store a change: one that waits, or one that was made at once."""
        row = {
            "id": change.id,
            "subscription_id": change.subscription_id,
            "kind": change.kind,
            "status": change.status,
            "effective_on": change.effective_on,
            "wish": change.wish,
            "outcome": change.outcome,
            "actor": change.actor,
            "created_at": change.created_at,
            "finished_at": change.finished_at,
        }
        insert_rows(self._connection, "scheduled_changes", [row])

    def get(self, id: UUID) -> ScheduledChange:
        """Return one change. Raises: NotFound."""
        found = self._where("id = %s", [id])
        if not found:
            raise NotFound("scheduled change", public_id("chg", id))
        return found[0]

    def waiting_of(
        self, subscription_ids: Sequence[UUID]
    ) -> dict[UUID, tuple[ScheduledChange, ...]]:
        """Return the changes of plans that these subscriptions wait for, in the order of days.

        A pause to come is the subscription's own: its row is only for whoever reads the changes.
        """
        rows = self._where(
            "status = 'scheduled' and kind = %s"
            " and tenant_id = current_tenant() and subscription_id = any(%s)",
            [ITEMS, list(subscription_ids)],
        )
        found: dict[UUID, list[ScheduledChange]] = {}
        for one in rows:
            found.setdefault(one.subscription_id, []).append(one)
        return {id: tuple(changes) for id, changes in found.items()}

    def finish(self, ids: Sequence[UUID], status: ScheduleStatus, at: datetime) -> None:
        """Say what became of changes that waited."""
        if ids:
            self._connection.execute(
                "update scheduled_changes set status = %s, finished_at = %s"
                " where id = any(%s) and status = 'scheduled'",
                [status, at, list(ids)],
            )

    def finish_pauses(
        self, subscription_ids: Sequence[UUID], status: ScheduleStatus, at: datetime
    ) -> None:
        """Say what became of the pauses that these subscriptions waited for."""
        if subscription_ids:
            self._connection.execute(
                "update scheduled_changes set status = %s, finished_at = %s"
                " where subscription_id = any(%s) and status = 'scheduled' and kind = %s",
                [status, at, list(subscription_ids), PAUSE],
            )

    def fail(self, id: UUID, failure: str, at: datetime) -> None:
        """Say why a change that waited could not be made on its day."""
        self._connection.execute(
            "update scheduled_changes set status = 'failed', failure = %s, finished_at = %s"
            " where id = %s and status = 'scheduled'",
            [failure, at, id],
        )

    def cancel_of(self, subscription_ids: Sequence[UUID], at: datetime) -> None:
        """Take back all that is scheduled of subscriptions that have ended."""
        if subscription_ids:
            self._connection.execute(
                "update scheduled_changes set status = 'canceled', finished_at = %s"
                " where subscription_id = any(%s) and status = 'scheduled'",
                [at, list(subscription_ids)],
            )

    def tell(self, id: UUID, outcome: Mapping[str, Any]) -> None:
        """Write what a change came to."""
        self._connection.execute(
            "update scheduled_changes set outcome = %s where id = %s", [Jsonb(dict(outcome)), id]
        )

    def _where(self, condition: str, parameters: list[Any]) -> list[ScheduledChange]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {SCHEDULE_FIELDS} from scheduled_changes where {condition}"
                " order by subscription_id, effective_on, id",
                parameters,
            ).fetchall()
        return [scheduled_change_of(row) for row in rows]


def scheduled_change_of(row: dict[str, Any]) -> ScheduledChange:
    """Return the change that a row of the table holds."""
    return ScheduledChange(**{**row, "status": ScheduleStatus(row["status"])})
