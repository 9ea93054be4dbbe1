"""Finished documents as returns, e-invoices and Tally read them: a registration, some days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, dict_row

from khata.core.exports.rupee_values import in_rupees
from khata.core.exports.tax_document import (
    DocumentKind,
    Nature,
    Original,
    TaxDocument,
    TaxLine,
    TaxParty,
)
from khata.core.money import exponent, half_up
from khata.core.periods import day_of
from khata.core.tax.place_of_supply import SupplyKind, Treatment, place_of
from khata.core.tax.states import state_by_iso
from khata.db.reads.tax_vouchers import (
    VOUCHER_TAXES,
    receipt_of,
    taken_up_by,
    voucher_line,
    voucher_rows,
)

Connection = psycopg.Connection[TupleRow]

_HEADS = {"IGST": "igst", "CGST": "cgst", "SGST": "sgst", "UTGST": "sgst", "CESS": "cess"}

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
           n.round_off, n.total, n.reason, n.series,
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


@dataclass(slots=True)
class _Taxed:
    """The tax of one line, by head; `rate` is the whole rate of GST."""

    rate: Decimal = Decimal(0)
    heads: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    levied: int = 0


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
        + _of_notes(connection, notes)
        + _of_vouchers(connection, vouchers)
    )


def documents_of(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, TaxDocument]:
    """Return those of the ids that are invoices, notes or vouchers, whatever registration's."""
    asked = {"ids": list(ids)}
    invoices = _rows(connection, _INVOICES.format(condition="i.id = any(%(ids)s)"), asked)
    notes = _rows(connection, _NOTES.format(condition="n.id = any(%(ids)s)"), asked)
    vouchers = voucher_rows(connection, "v.id = any(%(ids)s)", asked)
    found = _of_invoices(connection, invoices, _zone(connection)) + _of_notes(connection, notes)
    found += _of_vouchers(connection, vouchers)
    return {document.id: document for document in found}


def tax_document_of_invoice(connection: Connection, id: UUID) -> TaxDocument | None:
    """Return one invoice, or None where there is none with this id."""
    rows = _rows(connection, _INVOICES.format(condition="i.id = %(id)s"), {"id": id})
    return next(iter(_of_invoices(connection, rows, _zone(connection))), None)


def tax_document_of_note(connection: Connection, id: UUID) -> TaxDocument | None:
    """Return one credit note, or None where there is none with this id."""
    rows = _rows(connection, _NOTES.format(condition="n.id = %(id)s"), {"id": id})
    return next(iter(_of_notes(connection, rows)), None)


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
        _document(
            row,
            DocumentKind(row["document_kind"]),
            [_invoice_line(line, taxes, row["currency"]) for line in lines[row["id"]]],
            levied=levied[row["id"]],
            due_on=row["due_on"],
            cancelled_on=day_of(row["voided_at"], zone) if row["voided_at"] else None,
            advances=advances.get(row["id"], ()),
            original=_original(row, "original_kind") if row["original_id"] else None,
            reason=row["reason"],
        )
        for row in rows
    ]


def _of_notes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[TaxDocument]:
    ids = [row["id"] for row in rows]
    taxes = _taxes(connection, _NOTE_TAXES, ids)
    levied = _levied(taxes)
    lines = _by_document(_rows(connection, _NOTE_LINES, [ids]))
    return [
        _document(
            row,
            DocumentKind.CREDIT_NOTE,
            [
                _line(line, taxes, row["currency"], unit_amount=line["amount"])
                for line in lines[row["id"]]
            ],
            levied=levied[row["id"]],
            original=_original(row, "document_kind"),
            reason=row["reason"],
        )
        for row in rows
    ]


def _of_vouchers(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[TaxDocument]:
    taxes = _taxes(connection, VOUCHER_TAXES, [row["id"] for row in rows])
    return [
        _document(
            row,
            DocumentKind(row["kind"]),
            [_line(voucher_line(row), taxes, row["currency"], unit_amount=row["net"])],
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


def _document(
    row: Mapping[str, Any], kind: DocumentKind, lines: Sequence[TaxLine], **more: Any
) -> TaxDocument:
    place = place_of(row["place_country"], row["place_state"], row["place_code"])
    document = TaxDocument(
        id=row["id"],
        kind=kind,
        number=row["number"],
        issued_on=row["issued_on"],
        registration_id=row["registration_id"],
        seller=party_of(row["seller"]),
        buyer=party_of(row["buyer"], customer_id=row["customer_id"]),
        supply=SupplyKind(row["supply_kind"]),
        treatment=Treatment(row["supply_treatment"]),
        place_code=place.code,
        place_name=place.name,
        reverse_charge=row["supply_treatment"] == Treatment.REVERSE_CHARGE,
        lines=tuple(lines),
        total=row["total"],
        round_off=row["round_off"],
        lut=row["lut_number"],
        currency=row["currency"],
        currency_total=None if row["currency"] == "INR" else row["total"],
        **more,
    )
    return in_rupees(document, row["exchange_rate"])


def _invoice_line(
    row: Mapping[str, Any], taxes: Mapping[tuple[UUID, int], _Taxed], currency: str
) -> TaxLine:
    """Return a line; of an inclusive price the unit is what the line comes to without its tax."""
    quantity = row["quantity"]
    plain = row["tax_behavior"] == "exclusive" and (
        quantity * row["unit_amount"] == row["amount"] + row["discount"]
    )
    if plain:
        return _line(row, taxes, currency, quantity=quantity, unit_amount=row["unit_amount"])
    return _line(row, taxes, currency, unit_amount=row["amount"] + row["discount"])


def _line(
    row: Mapping[str, Any],
    taxes: Mapping[tuple[UUID, int], _Taxed],
    currency: str,
    *,
    unit_amount: int,
    quantity: int = 1,
) -> TaxLine:
    taxed = taxes.get((row["of"], row["position"]), _Taxed())
    return TaxLine(
        position=row["position"],
        description=row["description"],
        tax_code=row["tax_code"],
        taxable=row["amount"],
        rate=taxed.rate,
        nature=Nature(row["tax_nature"]),
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_amount) / 10 ** exponent(currency),
        discount=row.get("discount", 0),
        period_start=row["period_start"],
        period_end=row["period_end"] - timedelta(days=1),
        igst=taxed.heads["igst"],
        cgst=taxed.heads["cgst"],
        sgst=taxed.heads["sgst"],
        cess=taxed.heads["cess"],
    )


def party_of(facts: Mapping[str, Any], *, customer_id: UUID | None = None) -> TaxParty:
    """Return a party by the facts that a document has kept of it."""
    address = facts.get("address") or {}
    gstin = facts.get("gstin")
    if gstin is None and facts.get("tax_id_type") == "in_gst":
        gstin = facts.get("tax_id")
    state = facts.get("state")
    in_india = facts["country"] == "IN" and state
    legal = facts.get("legal_name") or facts["name"]
    return TaxParty(
        legal_name=legal,
        country=facts["country"],
        trade_name=facts["name"] if facts["name"] != legal else None,
        tax_id=gstin or facts.get("tax_id"),
        gstin=gstin,
        state_code=state_by_iso(state).code if in_india and state else None,
        line1=address.get("line1"),
        line2=address.get("line2"),
        city=address.get("city"),
        postal_code=address.get("postal_code"),
        email=facts.get("email"),
        phone=facts.get("phone"),
        customer_id=customer_id,
    )


def _taxes(connection: Connection, sql: str, ids: Sequence[UUID]) -> dict[tuple[UUID, int], _Taxed]:
    """Return the taxes of each line; what a buyer owes the state itself is worked out here."""
    found: dict[tuple[UUID, int], _Taxed] = defaultdict(_Taxed)
    rows = connection.execute(sql.encode(), [list(ids)])
    for document, position, name, rate, taxable, amount, treatment in rows:
        taxed = found[document, position]
        if treatment == Treatment.REVERSE_CHARGE:
            amount = half_up(*(taxable * Decimal(rate) / 100).as_integer_ratio())
        head = _HEADS.get(name)
        if head is None:
            taxed.levied += amount
            continue
        taxed.heads[head] += amount
        if head != "cess":
            taxed.rate += Decimal(rate)
    return found


def _levied(taxes: Mapping[tuple[UUID, int], _Taxed]) -> dict[UUID, int]:
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
