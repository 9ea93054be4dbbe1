"""What the check list of a return asks about notes, beyond the documents themselves."""

from datetime import date
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.exports.checks.finding import Finding
from khata.core.exports.checks.notes import settled_apart

Connection = psycopg.Connection[TupleRow]


def itc_reversed(
    connection: Connection, registration: UUID, *, first: date, last: date
) -> frozenset[UUID]:
    """Return the notes of these days, both included, whose buyers gave their input tax back."""
    rows = connection.execute(
        "select id from credit_notes where registration_id = %s"
        " and issued_on between %s and %s and itc_reversal_status = 'accepted'",
        [registration, first, last],
    )
    return frozenset(id for (id,) in rows)


def annual_returns(connection: Connection, registration: UUID) -> dict[int, date]:
    """Return when annual returns were furnished, by the year in which April lies."""
    row = connection.execute(
        "select annual_returns from registrations where id = %s", [registration]
    ).fetchone()
    told = {} if row is None else row[0]
    return {2000 + int(year[:2]): date.fromisoformat(day) for year, day in told.items()}


_SETTLED = """
    select id, number, currency, settled, booked from (
      select n.id, n.number, n.currency, n.total - n.to_invoice as settled,
             coalesce((select sum(p.amount)::bigint
                         from entries e
                         join postings p on p.tenant_id = e.tenant_id and p.entry_id = e.id
                        where e.source_id = n.id and e.kind = 'credit_note_issued'
                          and p.debit = 'receivable'
                          and p.credit in ('customer_credit', 'bank')), 0) as booked
        from credit_notes n
       where n.registration_id = %(registration)s
         and n.issued_on between %(first)s and %(last)s) s
     where settled <> booked order by number
"""


def settled_otherwise(
    connection: psycopg.Connection[TupleRow], registration: UUID, *, first: date, last: date
) -> tuple[Finding, ...]:
    """Name each note of these days that owes back another amount than the ledger has booked."""
    days = {"registration": registration, "first": first, "last": last}
    return tuple(
        settled_apart(id, number, settled=settled, booked=booked, currency=currency)
        for id, number, currency, settled, booked in connection.execute(_SETTLED.encode(), days)
    )
