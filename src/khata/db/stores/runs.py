"""Billing runs, as rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.rows import Connection


@dataclass(frozen=True, slots=True)
class BillingRun:
    """One tenant's run as of a day, with what it made and what it set aside."""

    id: UUID
    as_of: date
    status: str
    invoices: int
    parked: int
    cause: str
    created_at: datetime
    finished_at: datetime | None


class Runs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, id: UUID, as_of: date, cause: str, at: datetime) -> None:
        self._connection.execute(
            """insert into billing_runs (id, as_of, status, cause, created_at)
               values (%s, %s, 'running', %s, %s)""",
            [id, as_of, cause, at],
        )

    def finish(self, id: UUID, *, invoices: int, parked: int, at: datetime) -> None:
        self._connection.execute(
            """update billing_runs set status = 'completed', invoices = %s, parked = %s,
                 finished_at = %s where id = %s""",
            [invoices, parked, at, id],
        )

    def get(self, id: UUID) -> BillingRun:
        """Return a run. Raises: NotFound."""
        row = self._connection.execute(
            """select id, as_of, status, invoices, parked, cause, created_at, finished_at
                 from billing_runs where id = %s""",
            [id],
        ).fetchone()
        if row is None:
            raise NotFound("billing run", public_id("run", id))
        return BillingRun(*row)
