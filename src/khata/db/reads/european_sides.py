"""Questions for European e-invoices: what their XML says beside what a document's page shows."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.exports.en16931.from_document import Sides
from khata.core.ids import public_id
from khata.core.policies import EInvoiceFormat, Policies
from khata.core.refusal import NotFound
from khata.db.reads.note_levies import levy_of_note

Connection = psycopg.Connection[TupleRow]

_OF_INVOICE = """
    select seller.facts, buyer.facts, i.levy
      from invoices i
      join parties buyer on buyer.id = i.buyer_party_id
      join parties seller on seller.id = i.seller_party_id
     where i.id = %s
"""
_OF_NOTE = """
    select seller.facts, buyer.facts, i.levy
      from credit_notes n
      join invoices i on i.id = n.invoice_id
      join parties buyer on buyer.id = n.buyer_party_id
      join parties seller on seller.id = n.seller_party_id
     where n.id = %s
"""


def sides_of_invoice(connection: Connection, id: UUID) -> Sides:
    """Return both parties of an invoice as they were, and its levy. Raises: NotFound."""
    row = connection.execute(_OF_INVOICE, [id]).fetchone()
    if row is None:
        raise NotFound("invoice", public_id("inv", id))
    return Sides(row[0], row[1], row[2], _branding(connection).get("phone"))


def sides_of_note(connection: Connection, id: UUID) -> Sides:
    """Return both parties of a credit note, and the levy of its invoice. Raises: NotFound."""
    row = connection.execute(_OF_NOTE, [id]).fetchone()
    if row is None:
        raise NotFound("credit note", public_id("cn", id))
    return Sides(
        row[0], row[1], levy_of_note(connection, id, row[2]), _branding(connection).get("phone")
    )


def carries_factur_x(connection: Connection) -> bool:
    """Say whether the tenant wants XML in the PDFs for businesses that VAT is told to."""
    row = connection.execute("select policies from tenants").fetchone()
    assert row is not None  # the transaction is behind this tenant's wall
    return Policies.of(row[0]).e_invoice_format is EInvoiceFormat.FACTUR_X


def _branding(connection: Connection) -> Mapping[str, Any]:
    row = connection.execute("select branding from tenants").fetchone()
    assert row is not None  # the transaction is behind this tenant's wall
    branding: Mapping[str, Any] = row[0]
    return branding
