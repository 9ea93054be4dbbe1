"""What the check list of a return asks about notes, beyond the documents themselves."""

from datetime import date
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

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
