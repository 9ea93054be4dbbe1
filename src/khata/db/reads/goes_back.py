"""What a debit note or a revised invoice goes back to, and what took an invoice's place."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow


@dataclass(frozen=True, slots=True)
class GoesBack:
    id: UUID
    number: str
    issued_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class TookPlace:
    """The revised invoice that stands in the place of another."""

    id: UUID
    number: str
    issued_on: date
    link_token: str


def took_place_of(connection: psycopg.Connection[TupleRow], invoice: UUID) -> TookPlace | None:
    """Return the revised invoice that took the place of this one, or None."""
    row = connection.execute(
        "select r.id, r.number, r.issued_on, r.link_token from invoices i"
        " join invoices r on r.tenant_id = i.tenant_id and r.id = i.revised_by where i.id = %s",
        [invoice],
    ).fetchone()
    return None if row is None else TookPlace(*row)


def goes_back(connection: psycopg.Connection[TupleRow], invoice: UUID) -> GoesBack | None:
    """Return the invoice that this one goes back to, and why; None where it stands alone."""
    row = connection.execute(
        "select o.id, o.number, o.issued_on, i.note_reason from invoices i"
        " join invoices o on o.tenant_id = i.tenant_id and o.id = i.original_invoice_id"
        " where i.id = %s",
        [invoice],
    ).fetchone()
    return None if row is None else GoesBack(*row)
