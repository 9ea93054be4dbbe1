"""Questions for documents: a stored invoice as the document its readers see."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.document import (
    BankDetails,
    DocumentLine,
    DocumentTax,
    InvoiceDocument,
    Party,
    UpiPayee,
    WholePeriod,
    title_of,
)
from khata.core.ids import public_id
from khata.core.money import Money
from khata.core.party import tax_id_shown
from khata.core.periods import Period, day_of
from khata.core.proration import prorate
from khata.core.refusal import NotFound
from khata.core.tax.place_of_supply import place_of
from khata.core.tax.states import state_by_iso
from khata.db.reads import closeup
from khata.db.reads.closeup import LineCloseup

Connection = psycopg.Connection[TupleRow]


def invoice_document(connection: Connection, id: UUID, *, base_url: str) -> InvoiceDocument:
    """Return the invoice as its PDF and its hosted page show it; both parties as they were.

    Raises: NotFound.
    """
    shown = closeup.invoice(connection, id)
    if shown is None:
        raise NotFound("invoice", public_id("inv", id))
    tenant, zone, branding, livemode = _tenant(connection)
    home = shown.seller["country"]
    seller = _party(shown.seller, seller_country=home)
    return InvoiceDocument(
        title=title_of(
            seller_country=seller.country,
            seller_registered=shown.seller.get("tax_id_type") == "in_gst",
            export=shown.supply_kind == "export",
        ),
        number=shown.number,
        issued_on=shown.issued_on,
        due_on=shown.due_on,
        status=shown.status,
        currency=shown.currency,
        seller=seller,
        buyer=_party(shown.buyer, seller_country=home),
        lines=_lines(connection, id, shown.currency),
        taxes=tuple(
            DocumentTax(row.name, row.rate, row.taxable, row.amount)
            for row in closeup.taxes(connection, id)
        ),
        subtotal=shown.subtotal,
        discount=shown.discount,
        tax=shown.tax,
        round_off=shown.round_off,
        total=shown.total,
        amount_paid=shown.amount_paid,
        amount_due=shown.amount_due,
        place_of_supply=place_of(shown.place_country, shown.place_state, shown.place_code).spelled,
        endorsement=shown.endorsement,
        lut=shown.lut_number,
        paid_on=day_of(shown.paid_at, zone) if shown.paid_at else None,
        upi=UpiPayee(branding["upi_vpa"], seller.name) if branding.get("upi_vpa") else None,
        bank=BankDetails(**branding["bank"]) if branding.get("bank") else None,
        hosted_url=f"{base_url}/i/{public_id('ten', tenant)}/{shown.link_token}",
        logo=_logo(branding),
        livemode=livemode,
        charged_automatically=shown.charged_automatically,
    )


def _tenant(connection: Connection) -> tuple[UUID, str, Mapping[str, Any], bool]:
    row = connection.execute(
        "select tenant_id, timezone, branding, livemode from tenants"
    ).fetchone()
    assert row is not None  # the transaction is behind this tenant's wall
    return row[0], row[1], row[2], row[3]


def _party(facts: Mapping[str, Any], *, seller_country: str) -> Party:
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


def _lines(connection: Connection, id: UUID, currency: str) -> tuple[DocumentLine, ...]:
    taxes: dict[int, list[DocumentTax]] = {}
    for position, *row in connection.execute(
        "select line_position, name, rate, taxable, amount from line_taxes"
        " where invoice_id = %s order by line_position, position",
        [id],
    ):
        taxes.setdefault(position, []).append(DocumentTax(*row))
    return tuple(
        _line(number, line, currency, tuple(taxes.get(line.position, ())))
        for number, line in enumerate(closeup.lines(connection, id), start=1)
    )


def _line(
    number: int, line: LineCloseup, currency: str, taxes: tuple[DocumentTax, ...]
) -> DocumentLine:
    full = Period(line.full_start, line.full_end)
    part = Period(line.period_start, line.period_end)
    quantity, unit_amount, whole = line.quantity, line.unit_amount, None
    if part != full:
        whole = WholePeriod(part.days, full.days, quantity, unit_amount)
        price = Money(quantity * unit_amount, currency)
        quantity, unit_amount = 1, prorate(price, period=full, part=part).amount
    return DocumentLine(
        position=number,
        description=line.description,
        quantity=quantity,
        amount=line.amount,
        unit_amount=unit_amount,
        unit_includes_tax=line.tax_behavior == "inclusive",
        tax_code=line.tax_code,
        period_start=part.start,
        period_end_inclusive=part.end - timedelta(days=1),
        part_of=whole,
        taxes=taxes,
    )


def _logo(branding: Mapping[str, Any]) -> bytes | None:
    """Return the logo out of its data: URL."""
    logo = branding.get("logo")
    return base64.b64decode(logo.partition(",")[2]) if logo else None
