"""Credit notes as rows: what is taken back is taken off its line, tax and invoice with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.core.credit_note import CreditNote
from khata.core.ids import public_id
from khata.core.note_treatment import NoteTreatment
from khata.core.numbering import counted_under
from khata.core.refusal import NotFound
from khata.db.rows import Connection, as_json, insert_rows
from khata.db.stores.counters import Counters, rendered
from khata.db.stores.filings import Filings


class CreditNotes:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def store(self, notes: Sequence[CreditNote], at: datetime) -> None:
        """Store notes with lines and taxes, and take them off what they credit; numbers last.

        The invoices are locked before. The database refuses what is more than is left.
        Raises: SeriesFull, PeriodFiled.
        """
        if not notes:
            return
        Filings(self._connection).refuse_closed(
            (note.invoice.registration_id, note.issued_on) for note in notes
        )
        wanted = [(n.invoice.registration_id, n.series, n.financial_year) for n in notes]
        kinds = [_COUNTED[note.treatment] for note in notes]
        drawn = Counters(self._connection, "credit_note").draw(wanted, kinds)
        numbers = rendered(wanted, drawn)
        rows = [
            {**_row(note), "sequence": sequence, "number": number, "created_at": at}
            for note, (sequence, number) in zip(notes, numbers, strict=True)
        ]
        insert_rows(self._connection, "credit_notes", rows)
        lines = [row for note in notes for row in _lines(note)]
        insert_rows(self._connection, "credit_note_lines", lines)
        taxes = [row for note in notes for row in _taxes(note)]
        if taxes:
            insert_rows(self._connection, "credit_note_taxes", taxes)
        self._take_off(notes, lines, at)

    def any_of(self, invoice_id: UUID) -> bool:
        """Say whether a note was issued for the invoice, and stands."""
        row = self._connection.execute(
            "select 1 from credit_notes where invoice_id = %s and voided_at is null limit 1",
            [invoice_id],
        ).fetchone()
        return row is not None

    def tell_reversal(self, id: UUID, status: str, at: datetime) -> None:
        """Keep what the buyer did with the input tax of a note. Raises: NotFound."""
        row = self._connection.execute(
            "update credit_notes set itc_reversal_status = %s, itc_reversal_told_at = %s"
            " where id = %s and itc_reversal_status is not null returning id",
            [status, at, id],
        ).fetchone()
        if row is None:
            raise NotFound("credit note to a registered customer", public_id("cn", id))

    def _take_off(
        self, notes: Sequence[CreditNote], lines: Sequence[dict[str, Any]], at: datetime
    ) -> None:
        self._connection.execute(_OFF_LINES, [as_json(lines)])
        taxes = [
            {
                "invoice_id": line.line.invoice_id,
                "line_position": line.line.position,
                "name": tax.name,
                "amount": tax.amount,
            }
            for note in notes
            for line in note.lines
            for tax in line.taxes
        ]
        self._connection.execute(_OFF_TAXES, [as_json(taxes)])
        owed = [{"id": note.invoice.id, "amount": note.to_invoice} for note in notes]
        self._connection.execute(_OFF_INVOICES, [at, as_json(owed)])


_COUNTED = {
    NoteTreatment.GST: "credit_note",
    NoteTreatment.COMMERCIAL: "commercial_credit_note",
}
_OFF_LINES = """
    update invoice_lines l set credited = l.credited + r.amount
      from (select invoice_id, line_position, sum(amount)::bigint as amount
              from json_populate_recordset(null::credit_note_lines, %s::json)
             group by invoice_id, line_position) r
     where l.tenant_id = current_tenant() and l.invoice_id = r.invoice_id
       and l.position = r.line_position
"""
_OFF_TAXES = """
    update line_taxes t set credited = t.credited + r.amount
      from (select invoice_id, line_position, name, sum(amount)::bigint as amount
              from json_to_recordset(%s::json)
                as x(invoice_id uuid, line_position smallint, name text, amount bigint)
             group by invoice_id, line_position, name) r
     where t.tenant_id = current_tenant() and t.invoice_id = r.invoice_id
       and t.line_position = r.line_position and t.name = r.name
"""
_OFF_INVOICES = """
    update invoices i set amount_credited = i.amount_credited + r.amount,
           status = case when i.total = i.amount_paid + i.amount_credited + r.amount
             then 'paid' else i.status end,
           paid_at = case when i.total = i.amount_paid + i.amount_credited + r.amount
             then %s::timestamptz end
      from (select id, sum(amount)::bigint as amount
              from json_to_recordset(%s::json) as x(id uuid, amount bigint) group by id) r
     where i.tenant_id = current_tenant() and i.id = r.id and r.amount > 0
"""


def _row(note: CreditNote) -> dict[str, Any]:
    invoice = note.invoice
    return {
        "id": note.id,
        "invoice_id": invoice.id,
        "registration_id": invoice.registration_id,
        "customer_id": invoice.customer_id,
        "subscription_id": note.subscription_id,
        "series": counted_under(note.series),
        "financial_year": note.financial_year,
        "currency": invoice.currency,
        "subtotal": note.subtotal,
        "tax": note.tax,
        "round_off": note.round_off,
        "total": note.total,
        "to_invoice": note.to_invoice,
        "to_balance": note.to_balance,
        "to_refund": note.to_refund,
        "outside": note.outside,
        "reason": note.reason,
        "cause": note.cause,
        "issued_on": note.issued_on,
        "seller_party_id": invoice.seller_party_id,
        "buyer_party_id": invoice.buyer_party_id,
        "treatment": note.treatment,
        "declare_by": None if note.limit is None else note.limit.last_on,
        "safe_until": None if note.limit is None else note.limit.safe_until,
        "itc_reversal_status": "unknown" if note.wants_reversal else None,
    }


def _lines(note: CreditNote) -> list[dict[str, Any]]:
    return [
        {
            "id": line.id,
            "credit_note_id": note.id,
            "position": position,
            "invoice_id": line.line.invoice_id,
            "line_position": line.line.position,
            "description": line.line.description,
            "tax_code": line.line.tax_code,
            "amount": line.amount,
            "period_start": line.period.start,
            "period_end": line.period.end,
            "takes_days": line.takes_days,
            "recognized_until": line.period.start,
            "basis": line.basis,
        }
        for position, line in enumerate(note.lines)
    ]


def _taxes(note: CreditNote) -> list[dict[str, Any]]:
    return [
        {
            "credit_note_id": note.id,
            "line_position": line_position,
            "position": position,
            "name": tax.name,
            "rate": tax.rate,
            "taxable": tax.taxable,
            "amount": tax.amount,
        }
        for line_position, line in enumerate(note.lines)
        for position, tax in enumerate(line.taxes)
    ]
