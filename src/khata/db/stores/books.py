"""The books, as rows: entries and postings go in and are never changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Entry, Posting
from khata.db.rows import Connection, as_json

_POST = """
    with booked as (
      insert into entries (id, kind, source_id, booked_on, created_at)
      select id, kind, source_id, booked_on, created_at
        from json_populate_recordset(null::entries, %s::json))
    insert into postings (entry_id, position, booked_on, debit, credit, amount, currency)
    select entry_id, position, booked_on, debit, credit, amount, currency
      from json_populate_recordset(null::postings, %s::json)
"""


class Books:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def post(self, entries: Sequence[Entry], at: datetime) -> None:
        """Store entries with their postings. A fact can be booked once: the database refuses."""
        if not entries:
            return
        booked = as_json(
            [
                {
                    "id": entry.id,
                    "kind": entry.kind,
                    "source_id": entry.source_id,
                    "booked_on": entry.booked_on,
                    "created_at": at,
                }
                for entry in entries
            ]
        )
        moved = as_json(
            [
                {
                    "entry_id": entry.id,
                    "position": position,
                    "booked_on": entry.booked_on,
                    "debit": posting.debit,
                    "credit": posting.credit,
                    "amount": posting.amount,
                    "currency": posting.currency,
                }
                for entry in entries
                for position, posting in enumerate(entry.postings)
            ]
        )
        self._connection.execute(_POST, [booked, moved])

    def entry_of(self, source_id: UUID, kind: str) -> Entry | None:
        """Return what was booked of a fact, or nothing."""
        rows = self._connection.execute(
            """select e.id, e.booked_on, p.debit, p.credit, p.amount, p.currency
                 from entries e join postings p
                   on p.tenant_id = e.tenant_id and p.entry_id = e.id
                where e.source_id = %s and e.kind = %s order by p.position""",
            [source_id, kind],
        ).fetchall()
        if not rows:
            return None
        postings = tuple(Posting(Account(row[2]), Account(row[3]), row[4], row[5]) for row in rows)
        return Entry(rows[0][0], kind, source_id, rows[0][1], postings)
