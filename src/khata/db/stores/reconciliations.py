"""Reconciliations as rows: a day of a gateway account, due or done, and what was found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.payment import AttemptStatus
from khata.core.reconciliation import Finding, OurPayment
from khata.db.rows import Connection

RECONCILIATION_FIELDS = """id, account_id, day, status, payments, findings, next_try_at, tries,
    ran_at"""

# While one process compares, no other does; if it dies, the next may after this.
_LEASE = timedelta(minutes=15)


class Agreement(StrEnum):
    DUE = "due"
    AGREES = "agrees"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """`findings` are as they were told: difference, attempt, reference, amounts, words."""

    id: UUID
    account_id: UUID
    day: date
    status: Agreement
    payments: int | None
    findings: Sequence[dict[str, Any]]
    next_try_at: datetime | None
    tries: int
    ran_at: datetime | None


_OURS = """
    select a.id, a.gateway_reference, a.amount, a.currency, a.status, a.fee,
           coalesce((select sum(r.amount) from refunds r
                      where r.tenant_id = a.tenant_id and r.attempt_id = a.id
                        and r.status = 'succeeded'), 0)::bigint,
           coalesce((select sum(r.amount) from refunds r
                      where r.tenant_id = a.tenant_id and r.attempt_id = a.id
                        and r.status = 'sending'), 0)::bigint
      from attempts a
     where a.tenant_id = current_tenant() and a.gateway_account_id = %(account)s
"""


class Reconciliations:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(self, id: UUID, account_id: UUID, day: date, due_at: datetime) -> None:
        """Let a day be compared at `due_at`; one that is there already becomes due anew."""
        self._connection.execute(
            """insert into reconciliations as r (id, account_id, day, status, next_try_at)
               values (%s, %s, %s, 'due', %s)
               on conflict (tenant_id, account_id, day)
                 do update set status = 'due', next_try_at = excluded.next_try_at, tries = 0""",
            [id, account_id, day, due_at],
        )

    def want_next(self, id: UUID, account_id: UUID, day: date, due_at: datetime) -> None:
        """Let a day be compared at `due_at`, unless that or a later one was or is to be.

        So a day of long ago, compared by hand, brings no other after it.
        """
        self._connection.execute(
            """insert into reconciliations (id, account_id, day, status, next_try_at)
               select %(id)s, %(account)s, %(day)s, 'due', %(due)s
                where not exists (select from reconciliations
                                   where tenant_id = current_tenant()
                                     and account_id = %(account)s and day >= %(day)s)
               on conflict do nothing""",
            {"id": id, "account": account_id, "day": day, "due": due_at},
        )

    def again(self, id: UUID, at: datetime) -> None:
        """Let a day be compared anew."""
        self._connection.execute(
            "update reconciliations set status = 'due', next_try_at = %s, tries = 0 where id = %s",
            [at, id],
        )

    def of_day(self, account_id: UUID, day: date) -> Reconciliation | None:
        found = self._found("account_id = %s and day = %s", account_id, day)
        return found[0] if found else None

    def get(self, id: UUID) -> Reconciliation | None:
        found = self._found("id = %s", id)
        return found[0] if found else None

    def take_due(self, at: datetime, *, limit: int) -> list[Reconciliation]:
        """Take days to be compared, and count the try."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"""with due as materialized (
                      select id from reconciliations
                       where tenant_id = current_tenant() and next_try_at <= %(at)s
                       order by next_try_at, id limit %(limit)s for update skip locked)
                    update reconciliations set tries = tries + 1, next_try_at = %(lease)s
                     where tenant_id = current_tenant() and id in (select id from due)
                    returning {RECONCILIATION_FIELDS}""",
                {"at": at, "lease": at + _LEASE, "limit": limit},
            ).fetchall()
        return [reconciliation_of(row) for row in rows]

    def put_off(self, id: UUID, until: datetime) -> None:
        self._connection.execute(
            "update reconciliations set next_try_at = %s where id = %s", [until, id]
        )

    def done(self, id: UUID, payments: int, findings: Sequence[Finding], at: datetime) -> None:
        """Write what was found; nothing is due of the day any more."""
        status = Agreement.DIFFERS if findings else Agreement.AGREES
        self._connection.execute(
            """update reconciliations set status = %s, payments = %s, findings = %s, ran_at = %s,
                      next_try_at = null where id = %s""",
            [status, payments, Jsonb([_told(finding) for finding in findings]), at, id],
        )

    def ours(
        self,
        account_id: UUID,
        *,
        start: datetime,
        end: datetime,
        ids: Collection[UUID],
        references: Collection[str],
    ) -> list[OurPayment]:
        """Return the account's attempts of a stretch of time, and those that a list names."""
        rows = self._connection.execute(
            f"""{_OURS} and (a.created_at >= %(start)s and a.created_at < %(end)s
                             or a.id = any(%(ids)s) or a.gateway_reference = any(%(references)s))
                order by a.id""",
            {
                "account": account_id,
                "start": start,
                "end": end,
                "ids": list(ids),
                "references": list(references),
            },
        ).fetchall()
        return [
            OurPayment(id, reference, amount, currency, AttemptStatus(status), *sums)
            for id, reference, amount, currency, status, *sums in rows
        ]

    def _found(self, condition: str, *values: Any) -> list[Reconciliation]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {RECONCILIATION_FIELDS} from reconciliations where {condition}", values
            ).fetchall()
        return [reconciliation_of(row) for row in rows]


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "difference": finding.difference,
        "attempt": str(finding.attempt_id) if finding.attempt_id else None,
        "reference": finding.reference,
        "currency": finding.currency,
        "ours": finding.ours,
        "theirs": finding.theirs,
        "words": finding.sentence,
    }


def reconciliation_of(row: dict[str, Any]) -> Reconciliation:
    """Return what a row with the columns of RECONCILIATION_FIELDS says."""
    return Reconciliation(**{**row, "status": Agreement(row["status"])})
