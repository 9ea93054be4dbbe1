"""The books, as rows: entries and postings go in and are never changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Entry, Posting
from khata.db.columns import Columns, insert_columns
from khata.db.rows import Connection


class Books:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def post(self, entries: Sequence[Entry], at: datetime) -> None:
        """Store entries with their postings. A fact can be booked once: the database refuses."""
        if not entries:
            return
        insert_columns(
            self._connection,
            "entries",
            {
                "id": ("uuid", [entry.id for entry in entries]),
                "kind": ("text", [entry.kind for entry in entries]),
                "source_id": ("uuid", [entry.source_id for entry in entries]),
                "booked_on": ("date", [entry.booked_on for entry in entries]),
                "created_at": ("timestamptz", [at] * len(entries)),
                "gateway_account_id": ("uuid", [entry.gateway_account_id for entry in entries]),
            },
        )
        insert_columns(self._connection, "postings", _posting_columns(entries))

    def entry_of(self, source_id: UUID, kind: str) -> Entry | None:
        """Return what was booked of a fact, or nothing."""
        rows = self._connection.execute(
            """select e.id, e.booked_on, p.debit, p.credit, p.amount, p.currency,
                      e.gateway_account_id
                 from entries e join postings p
                   on p.tenant_id = e.tenant_id and p.entry_id = e.id
                where e.source_id = %s and e.kind = %s order by p.position""",
            [source_id, kind],
        ).fetchall()
        if not rows:
            return None
        postings = tuple(Posting(Account(row[2]), Account(row[3]), row[4], row[5]) for row in rows)
        return Entry(rows[0][0], kind, source_id, rows[0][1], postings, rows[0][6])


def _posting_columns(entries: Sequence[Entry]) -> Columns:
    postings = [posting for entry in entries for posting in entry.postings]
    return {
        "entry_id": ("uuid", [entry.id for entry in entries for _ in entry.postings]),
        "position": ("smallint", [n for entry in entries for n in range(len(entry.postings))]),
        "booked_on": ("date", [entry.booked_on for entry in entries for _ in entry.postings]),
        "debit": ("text", [posting.debit for posting in postings]),
        "credit": ("text", [posting.credit for posting in postings]),
        "amount": ("bigint", [posting.amount for posting in postings]),
        "currency": ("text", [posting.currency for posting in postings]),
    }
