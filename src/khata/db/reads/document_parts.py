"""What documents of every kind show: the parties as they were, the tenant's zone and its logo."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.document import Party, PortalMark
from khata.core.e_invoice.indian_time import spelled
from khata.core.e_invoice.states import EInvoiceState
from khata.core.party import tax_id_shown
from khata.core.tax.states import state_by_iso

Connection = psycopg.Connection[TupleRow]


def tenant_of_documents(connection: Connection) -> tuple[UUID, str, Mapping[str, Any], bool]:
    """Return the tenant, its zone, its branding, and whether it is live."""
    row = connection.execute(
        "select tenant_id, timezone, branding, livemode from tenants"
    ).fetchone()
    assert row is not None  # the transaction is behind this tenant's wall
    return row[0], row[1], row[2], row[3]


def party_shown(facts: Mapping[str, Any], *, seller_country: str) -> Party:
    """Spell a party's facts; a seller's legal name leads, the name it trades under follows."""
    legal = facts.get("legal_name") or facts["name"]
    tax_id = tax_id_shown(facts, seller_country=seller_country)
    state = facts.get("state")
    known = state_by_iso(state) if state and facts["country"] == "IN" else None
    address = facts.get("address") or {}
    town = " ".join(address[part] for part in ("city", "postal_code") if address.get(part))
    lines = (address.get("line1"), address.get("line2"), town)
    return Party(
        name=legal,
        lines=tuple(line for line in lines if line),
        country=facts["country"],
        trade_name=facts["name"] if facts["name"] != legal else None,
        state_name=known.name if known else state,
        state_code=known.code if known else None,
        tax_id_label=tax_id.label if tax_id else None,
        tax_id=tax_id.value if tax_id else None,
        email=facts.get("email"),
    )


def signatory_of(seller: Mapping[str, Any], today: str | None) -> str | None:
    """Return who signed for the seller when the document was issued, or None (rule 46(q)).

    A party that is older than its signatory's being kept with it shows `today`'s, as it always did.
    """
    kept: str | None = seller.get("signatory", today)
    return kept


def mark_of(row: Mapping[str, Any] | None) -> PortalMark | None:
    """Return what the portal gave, of a row of e_invoices as JSON; None where none is asked."""
    if row is None or row["state"] == EInvoiceState.NOT_APPLICABLE:
        return None
    if row["irn"] is None:
        return PortalMark()
    return PortalMark(
        irn=row["irn"],
        ack_number=row["ack_number"],
        ack_at=spelled(datetime.fromisoformat(row["ack_at"])),
        signed_qr=row["signed_qr"],
        cancelled=row["state"] == EInvoiceState.CANCELLED,
    )


def logo_of(branding: Mapping[str, Any]) -> bytes | None:
    """Return the logo out of its data: URL."""
    logo = branding.get("logo")
    return base64.b64decode(logo.partition(",")[2]) if logo else None
