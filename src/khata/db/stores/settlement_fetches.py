"""When the payouts of a gateway account are asked for: one row an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.db.rows import Connection

_FIELDS = "account_id, since, next_try_at, tries, ran_at, found"

# While one process asks, no other does; if it dies, the next may after this.
_LEASE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SettlementFetch:
    """`since`: payouts from then on are asked for. `found` is how many the last answer had."""

    account_id: UUID
    since: datetime
    next_try_at: datetime | None
    tries: int
    ran_at: datetime | None
    found: int | None


class SettlementFetches:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(self, account_id: UUID, since: datetime, due_at: datetime) -> None:
        """Let an account's payouts be asked for at `due_at`; from `since` on, if not earlier."""
        self._connection.execute(
            """insert into settlement_fetches as f (account_id, since, next_try_at)
               values (%s, %s, %s)
               on conflict (tenant_id, account_id) do update
                  set next_try_at = excluded.next_try_at, tries = 0,
                      since = least(f.since, excluded.since)""",
            [account_id, since, due_at],
        )

    def again(self, account_id: UUID, at: datetime) -> None:
        self._connection.execute(
            "update settlement_fetches set next_try_at = %s, tries = 0 where account_id = %s",
            [at, account_id],
        )

    def get(self, account_id: UUID) -> SettlementFetch | None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select {_FIELDS} from settlement_fetches where account_id = %s", [account_id]
            ).fetchone()
        return _fetch(row) if row else None

    def take_due(self, at: datetime, *, limit: int) -> list[SettlementFetch]:
        """Take accounts to be asked, and count the try."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"""with due as materialized (
                      select account_id from settlement_fetches
                       where tenant_id = current_tenant() and next_try_at <= %(at)s
                       order by next_try_at, account_id limit %(limit)s for update skip locked)
                    update settlement_fetches set tries = tries + 1, next_try_at = %(lease)s
                     where tenant_id = current_tenant()
                       and account_id in (select account_id from due)
                    returning {_FIELDS}""",
                {"at": at, "lease": at + _LEASE, "limit": limit},
            ).fetchall()
        return [_fetch(row) for row in rows]

    def put_off(self, account_id: UUID, until: datetime) -> None:
        self._connection.execute(
            "update settlement_fetches set next_try_at = %s where account_id = %s",
            [until, account_id],
        )

    def done(
        self,
        account_id: UUID,
        *,
        found: int,
        since: datetime,
        at: datetime,
        next: datetime | None,
        taken_until: datetime | None,
    ) -> None:
        """Write what came, and when to ask again; None: not by itself.

        What was wanted anew since it was taken stays as it was wanted.
        """
        self._connection.execute(
            """update settlement_fetches f
                  set found = %(found)s, ran_at = %(at)s, tries = 0,
                      since = case when w.anew then least(f.since, %(since)s)
                                   else %(since)s end,
                      next_try_at = case when w.anew then f.next_try_at else %(next)s end
                 from (select account_id, next_try_at is distinct from %(taken)s as anew
                         from settlement_fetches where account_id = %(id)s for update) w
                where f.account_id = w.account_id""",
            {
                "found": found,
                "since": since,
                "at": at,
                "next": next,
                "taken": taken_until,
                "id": account_id,
            },
        )


def _fetch(row: dict[str, Any]) -> SettlementFetch:
    return SettlementFetch(**row)
