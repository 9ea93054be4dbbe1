"""Finished documents as returns, e-invoices and Tally read them: a registration, some days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, dict_row

from khata.core.exports.document_rows import Taxed, document_of, invoice_line_of, line_of
from khata.core.exports.tax_document import (
    DocumentKind,
    Original,
    TaxDocument,
)
from khata.core.periods import day_of
from khata.db.reads.tax_vouchers import (
    VOUCHER_TAXES,
    receipt_of,
    taken_up_by,
    voucher_line,
    voucher_rows,
)

Connection = psycopg.Connection[TupleRow]

_INVOICES = """
    select i.id, i.number, i.issued_on, i.due_on, i.registration_id, i.customer_id, i.currency,
           i.round_off, i.total, i.supply_kind, i.supply_treatment, i.place_country,
           i.place_state, i.place_code, i.lut_number, i.voided_at, i.series, i.document_kind,
           i.exchange_rate, s.facts as seller, b.facts as buyer, i.note_reason as reason,
           o.id as original_id, o.number as original_number, o.issued_on as original_on,
           o.total as original_total, o.document_kind as original_kind
      from invoices i
      left join invoices o on o.tenant_id = i.tenant_id and o.id = i.original_invoice_id
      join parties s on s.id = i.seller_party_id
      join parties b on b.id = i.buyer_party_id
     where i.number is not null and i.document_kind <> 'payment_request' and {condition}
     order by i.issued_on, i.series, i.sequence
"""
_INVOICE_LINES = """
    select invoice_id as of, position, description, tax_code, quantity, unit_amount, tax_behavior,
           discount, amount, period_start, period_end, tax_nature
      from invoice_lines where invoice_id = any(%s) order by invoice_id, position
"""
_INVOICE_TAXES = """
    select t.invoice_id, t.line_position, t.name, t.rate, t.taxable, t.amount,
           i.supply_treatment
      from line_taxes t join invoices i on i.id = t.invoice_id
     where t.invoice_id = any(%s)
"""
_NOTES = """
    select n.id, n.number, n.issued_on, n.registration_id, n.customer_id, n.currency,
           n.round_off, n.total, n.reason, n.series, n.voided_at,
           i.supply_kind, i.supply_treatment, i.place_country, i.place_state, i.place_code,
           i.lut_number, i.exchange_rate, i.document_kind,
           i.id as original_id, i.number as original_number,
           i.issued_on as original_on, i.total as original_total,
           s.facts as seller, b.facts as buyer
      from credit_notes n
      join invoices i on i.id = n.invoice_id
      join parties s on s.id = n.seller_party_id
      join parties b on b.id = n.buyer_party_id
     where n.treatment = 'gst' and {condition}
     order by n.issued_on, n.series, n.sequence
"""
_NOTE_LINES = """
    select n.credit_note_id as of, n.position, n.description, n.tax_code, n.amount,
           n.period_start, n.period_end, l.tax_nature
      from credit_note_lines n
      join invoice_lines l on l.invoice_id = n.invoice_id and l.position = n.line_position
     where n.credit_note_id = any(%s) order by n.credit_note_id, n.position
"""
_NOTE_TAXES = """
    select t.credit_note_id, t.line_position, t.name, t.rate, t.taxable, t.amount,
           i.supply_treatment
      from credit_note_taxes t
      join credit_notes n on n.id = t.credit_note_id join invoices i on i.id = n.invoice_id
     where t.credit_note_id = any(%s)
"""


def tax_documents(
    connection: Connection, registration: UUID, *, first: date, last: date
) -> list[TaxDocument]:
    """Return what a registration gave out from one day to another, both included, in their order.

    Vouchers of advances come last; what only asks for one is none. Documents cancelled since are
    among them, and say so.
    """
    zone = _zone(connection)
    days = {"registration": registration, "first": first, "last": last}
    invoices = _rows(
        connection,
        _INVOICES.format(
            condition="i.registration_id = %(registration)s"
            " and i.issued_on between %(first)s and %(last)s"
        ),
        days,
    )
    notes = _rows(
        connection,
        _NOTES.format(
            condition="n.registration_id = %(registration)s"
            " and n.issued_on between %(first)s and %(last)s"
        ),
        days,
    )
    vouchers = voucher_rows(
        connection,
        "v.registration_id = %(registration)s and v.issued_on between %(first)s and %(last)s",
        days,
    )
    return (
        _of_invoices(connection, invoices, zone)
        + _of_notes(connection, notes, zone)
        + _of_vouchers(connection, vouchers)
    )


def documents_of(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, TaxDocument]:
    """Return those of the ids that are invoices, notes or vouchers, whatever registration's."""
    asked = {"ids": list(ids)}
    invoices = _rows(connection, _INVOICES.format(condition="i.id = any(%(ids)s)"), asked)
    notes = _rows(connection, _NOTES.format(condition="n.id = any(%(ids)s)"), asked)
    vouchers = voucher_rows(connection, "v.id = any(%(ids)s)", asked)
    zone = _zone(connection)
    found = _of_invoices(connection, invoices, zone) + _of_notes(connection, notes, zone)
    found += _of_vouchers(connection, vouchers)
    return {document.id: document for document in found}


def tax_document_of_invoice(connection: Connection, id: UUID) -> TaxDocument | None:
    """Return one invoice, or None where there is none with this id."""
    rows = _rows(connection, _INVOICES.format(condition="i.id = %(id)s"), {"id": id})
    return next(iter(_of_invoices(connection, rows, _zone(connection))), None)


def tax_document_of_note(connection: Connection, id: UUID) -> TaxDocument | None:
    """Return one credit note, or None where there is none with this id."""
    rows = _rows(connection, _NOTES.format(condition="n.id = %(id)s"), {"id": id})
    return next(iter(_of_notes(connection, rows, _zone(connection))), None)


def tax_document_of_voucher(connection: Connection, id: UUID) -> TaxDocument | None:
    """Return one voucher of an advance, or None where there is none with this id."""
    rows = voucher_rows(connection, "v.id = %(id)s", {"id": id})
    return next(iter(_of_vouchers(connection, rows)), None)


def _of_invoices(
    connection: Connection, rows: Sequence[Mapping[str, Any]], zone: str
) -> list[TaxDocument]:
    ids = [row["id"] for row in rows]
    taxes = _taxes(connection, _INVOICE_TAXES, ids)
    levied = _levied(taxes)
    lines = _by_document(_rows(connection, _INVOICE_LINES, [ids]))
    advances = taken_up_by(connection, ids)
    return [
        document_of(
            row,
            DocumentKind(row["document_kind"]),
            [
                invoice_line_of(line, taxes[row["id"], line["position"]], row["currency"])
                for line in lines[row["id"]]
            ],
            levied=levied[row["id"]],
            due_on=row["due_on"],
            cancelled_on=day_of(row["voided_at"], zone) if row["voided_at"] else None,
            advances=advances.get(row["id"], ()),
            original=_original(row, "original_kind") if row["original_id"] else None,
            reason=row["reason"],
        )
        for row in rows
    ]


def _of_notes(
    connection: Connection, rows: Sequence[Mapping[str, Any]], zone: str
) -> list[TaxDocument]:
    ids = [row["id"] for row in rows]
    taxes = _taxes(connection, _NOTE_TAXES, ids)
    levied = _levied(taxes)
    lines = _by_document(_rows(connection, _NOTE_LINES, [ids]))
    return [
        document_of(
            row,
            DocumentKind.CREDIT_NOTE,
            [
                line_of(
                    line,
                    taxes[row["id"], line["position"]],
                    row["currency"],
                    unit_amount=line["amount"],
                )
                for line in lines[row["id"]]
            ],
            levied=levied[row["id"]],
            cancelled_on=day_of(row["voided_at"], zone) if row["voided_at"] else None,
            original=_original(row, "document_kind"),
            reason=row["reason"],
        )
        for row in rows
    ]


def _of_vouchers(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[TaxDocument]:
    taxes = _taxes(connection, VOUCHER_TAXES, [row["id"] for row in rows])
    return [
        document_of(
            row,
            DocumentKind(row["kind"]),
            [
                line_of(
                    voucher_line(row),
                    taxes[row["id"], 0],
                    row["currency"],
                    unit_amount=row["net"],
                )
            ],
            original=receipt_of(row),
            reason=row["reason"] if row["original_id"] else None,
        )
        for row in rows
    ]


def _original(row: Mapping[str, Any], kind: str) -> Original:
    return Original(
        row["original_id"],
        DocumentKind(row[kind]),
        row["original_number"],
        row["original_on"],
        row["original_total"],
    )


def _taxes(connection: Connection, sql: str, ids: Sequence[UUID]) -> dict[tuple[UUID, int], Taxed]:
    """Return the taxes of each line; what a buyer owes the state itself is worked out here."""
    found: dict[tuple[UUID, int], Taxed] = defaultdict(Taxed)
    rows = connection.execute(sql.encode(), [list(ids)])
    for document, position, *told in rows:
        found[document, position].add(*told)
    return found


def _levied(taxes: Mapping[tuple[UUID, int], Taxed]) -> dict[UUID, int]:
    sums: dict[UUID, int] = defaultdict(int)
    for (document, _), taxed in taxes.items():
        sums[document] += taxed.levied
    return sums


def _by_document(rows: Iterable[dict[str, Any]]) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["of"]].append(row)
    return found


def _rows(connection: Connection, sql: str, parameters: Any) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql.encode(), parameters).fetchall()


def _zone(connection: Connection) -> str:
    row = connection.execute("select timezone from tenants").fetchone()
    assert row is not None  # the transaction is behind this tenant's wall
    return str(row[0])
