"""Questions for documents: a stored credit note as the document its readers see."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.document import DocumentLine, DocumentTax
from khata.core.ids import public_id
from khata.core.note_document import CreditNoteDocument
from khata.core.note_treatment import NoteTreatment
from khata.core.refusal import NotFound
from khata.core.tax.place_of_supply import place_of
from khata.core.tax.vat_wording import levy_words
from khata.db.reads.document_parts import (
    Connection,
    logo_of,
    mark_of,
    party_shown,
    signatory_of,
    tenant_of_documents,
)
from khata.db.reads.note_levies import levy_of_note

_NOTE = """
    select n.number, n.issued_on, n.invoice_id, i.number as invoice_number,
           i.issued_on as invoice_issued_on, n.currency, n.subtotal, n.tax, n.round_off, n.total,
           n.to_invoice, n.to_balance, n.to_refund, n.outside, n.reason, n.treatment,
           r.logo, i.place_country, i.place_state, i.place_code, i.levy,
           buyer.facts as buyer, seller.facts as seller,
           (select to_jsonb(e) from e_invoices e
             where e.tenant_id = n.tenant_id and e.credit_note_id = n.id) as e_invoice
      from credit_notes n
      join invoices i on i.id = n.invoice_id
      join registrations r on r.id = i.registration_id
      join parties buyer on buyer.id = n.buyer_party_id
      join parties seller on seller.id = n.seller_party_id
     where n.id = %s
"""


def note_document(connection: Connection, id: UUID) -> tuple[UUID, CreditNoteDocument]:
    """Return the invoice that a note credits, and the note as its PDF shows it.

    Both parties, the place of supply and the rates are those of the invoice.
    Raises: NotFound.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_NOTE, [id]).fetchone()
    if row is None:
        raise NotFound("credit note", public_id("cn", id))
    _, _, branding, livemode = tenant_of_documents(connection)
    home = row["seller"]["country"]
    lines = _lines(connection, id)
    return row["invoice_id"], CreditNoteDocument(
        number=row["number"],
        issued_on=row["issued_on"],
        invoice_number=row["invoice_number"],
        invoice_issued_on=row["invoice_issued_on"],
        currency=row["currency"],
        seller=party_shown(row["seller"], seller_country=home),
        buyer=party_shown(row["buyer"], seller_country=home),
        lines=lines,
        taxes=_together(lines),
        subtotal=row["subtotal"],
        tax=row["tax"],
        round_off=row["round_off"],
        total=row["total"],
        reason=row["reason"],
        to_invoice=row["to_invoice"],
        to_balance=row["to_balance"],
        to_refund=row["to_refund"],
        outside=row["outside"],
        place_of_supply=place_of(
            row["place_country"], row["place_state"], row["place_code"]
        ).spelled,
        levy_words=levy_words(levy_of_note(connection, id, row["levy"])),
        logo=logo_of({**branding, "logo": row["logo"] or branding.get("logo")}),
        livemode=livemode,
        commercial=row["treatment"] == NoteTreatment.COMMERCIAL,
        signatory=signatory_of(row["seller"], None),  # rule 53(1A); older notes show none
        language=row["buyer"].get("language") or "en",
        e_invoice=mark_of(row["e_invoice"]),
    )


def _lines(connection: Connection, id: UUID) -> tuple[DocumentLine, ...]:
    taxes: dict[int, list[DocumentTax]] = {}
    for position, *row in connection.execute(
        "select line_position, name, rate, taxable, amount from credit_note_taxes"
        " where credit_note_id = %s order by line_position, position",
        [id],
    ):
        taxes.setdefault(position, []).append(DocumentTax(*row))
    rows = connection.execute(
        "select position, description, amount, tax_code, period_start, period_end"
        " from credit_note_lines where credit_note_id = %s order by position",
        [id],
    )
    return tuple(
        _line(number, row, tuple(taxes.get(row[0], ()))) for number, row in enumerate(rows, start=1)
    )


def _line(number: int, row: tuple[Any, ...], taxes: tuple[DocumentTax, ...]) -> DocumentLine:
    _, description, amount, tax_code, start, end = row
    last: date = end - timedelta(days=1)
    return DocumentLine(
        position=number,
        description=description,
        quantity=1,
        amount=amount,
        tax_code=tax_code or None,
        period_start=start,
        period_end_inclusive=last,
        taxes=taxes,
    )


def _together(lines: tuple[DocumentLine, ...]) -> tuple[DocumentTax, ...]:
    """Add up the taxes of the lines: one row a head and rate, in the order of the heads."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for tax in (tax for line in lines for tax in line.taxes):
        taxable, amount = sums.get((tax.name, tax.rate), (0, 0))
        sums[tax.name, tax.rate] = (taxable + tax.taxable, amount + tax.amount)
    return tuple(
        DocumentTax(name, rate, *sums[name, rate])
        for name, rate in sorted(sums, key=lambda head: (head[0], float(head[1])))
    )
