"""The levy of a credit note: its invoice's, with the VAT that the note takes back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.tax.national_vat import taken_back

# Ids follow time, so that what earlier notes took stays the same whatever comes after.
_TAKEN = """
    select coalesce(sum(t.amount) filter (where m.id < n.id), 0)::bigint,
           coalesce(sum(t.amount) filter (where m.id = n.id), 0)::bigint
      from credit_notes n
      join credit_notes m on m.invoice_id = n.invoice_id and m.id <= n.id
      join credit_note_taxes t on t.credit_note_id = m.id and t.name = 'VAT'
     where n.id = %s
"""


def levy_of_note(
    connection: psycopg.Connection[TupleRow], id: UUID, levy: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return the levy as the note tells it; `levy` is its invoice's."""
    if not levy or "national" not in levy:
        return levy
    row = connection.execute(_TAKEN, [id]).fetchone()
    assert row is not None  # sums have one row
    before, tax = row
    return taken_back(levy, before=before, tax=tax)
