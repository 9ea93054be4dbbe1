"""Billing runs, as rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.rows import Connection

_COLUMNS = "id, as_of, status, invoices, parked, cause, created_at, finished_at"


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
        """Write the run down, and of earlier ones that died that they were interrupted.

        A run has died when the connection that wrote its last batch is gone from the server; one
        that lives on after all says so with its next batch. What was not billed is due still, and
        so this run's to bill.
        """
        self._connection.execute(
            """with died as (
                 update billing_runs r set status = 'interrupted', finished_at = %(at)s
                  where tenant_id = current_tenant() and status = 'running'
                    and not exists (select from pg_stat_activity a where a.pid = r.backend))
               insert into billing_runs (id, as_of, status, cause, created_at)
               values (%(id)s, %(as_of)s, 'running', %(cause)s, %(at)s)""",
            {"id": id, "as_of": as_of, "cause": cause, "at": at},
        )

    def join(self, as_of: date, cause: str, at: datetime) -> UUID | None:
        """Return the run as of that day which the same cause has begun and nobody has ended.

        One of an earlier day was interrupted by midnight.
        """
        self._connection.execute(
            """update billing_runs set status = 'interrupted', finished_at = %s
                where tenant_id = current_tenant() and status = 'running'
                  and as_of < %s and cause = %s""",
            [at, as_of, cause],
        )
        row = self._connection.execute(
            """select id from billing_runs
                where tenant_id = current_tenant() and status = 'running'
                  and as_of = %s and cause = %s
                order by id limit 1""",
            [as_of, cause],
        ).fetchone()
        return None if row is None else row[0]

    def count(self, id: UUID, *, invoices: int, parked: int, is_last: bool) -> BillingRun:
        """Add a batch to the run, in the batch's own transaction; the last one completes it.

        A run happens at one instant of the tenant's time, so it ends when it began.
        """
        row = self._connection.execute(
            f"""update billing_runs set invoices = invoices + %s, parked = parked + %s,
                  status = %s, finished_at = case when %s then created_at end,
                  backend = pg_backend_pid()
                where id = %s returning {_COLUMNS}""",
            [invoices, parked, "completed" if is_last else "running", is_last, id],
        ).fetchone()
        if row is None:
            raise NotFound("billing run", public_id("run", id))
        return BillingRun(*row)

    def interrupt(self, id: UUID, at: datetime) -> None:
        """Write down that the run ends early, with the batches that it has done."""
        self._connection.execute(
            """update billing_runs set status = 'interrupted', finished_at = %s
                where id = %s and status = 'running'""",
            [at, id],
        )

    def get(self, id: UUID) -> BillingRun:
        """Return a run. Raises: NotFound."""
        row = self._connection.execute(
            f"select {_COLUMNS} from billing_runs where id = %s", [id]
        ).fetchone()
        if row is None:
            raise NotFound("billing run", public_id("run", id))
        return BillingRun(*row)
