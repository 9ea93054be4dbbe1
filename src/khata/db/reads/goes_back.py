"""What a debit note goes back to."""

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


def goes_back(connection: psycopg.Connection[TupleRow], invoice: UUID) -> GoesBack | None:
    """Return the invoice that this one goes back to, and why; None where it stands alone."""
    row = connection.execute(
        "select o.id, o.number, o.issued_on, i.note_reason from invoices i"
        " join invoices o on o.tenant_id = i.tenant_id and o.id = i.original_invoice_id"
        " where i.id = %s",
        [invoice],
    ).fetchone()
    return None if row is None else GoesBack(*row)
