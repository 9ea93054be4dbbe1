"""Invoices as rows: many stored at once, their numbers drawn last."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from khata.core.ids import public_id
from khata.core.invoice import Invoice, InvoiceStatus
from khata.core.numbering import counted_under, counting_year, render
from khata.core.payment import amount_payable
from khata.core.refusal import NotFound
from khata.db.rows import Connection, insert_rows
from khata.db.tokens import link_tokens


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """What collecting, voiding and writing off need to know of an invoice."""

    id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    registration_id: UUID
    status: InvoiceStatus
    number: str
    currency: str
    total: int
    amount_paid: int
    issued_on: date
    due_on: date
    collection_method: str

    @property
    def amount_due(self) -> int:
        return self.total - self.amount_paid if self.status is InvoiceStatus.OPEN else 0

    @property
    def payable(self) -> int:
        """What it can still take in; see `amount_payable`."""
        return amount_payable(self.status, total=self.total, paid=self.amount_paid)


_STORED = """select id, customer_id, subscription_id, registration_id, status, number, currency,
    total, amount_paid, issued_on, due_on, collection_method from invoices where id = %s"""


class Invoices:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, id: UUID) -> StoredInvoice:
        """Return an invoice. Raises: NotFound."""
        return self._one(_STORED, id)

    def lock(self, id: UUID) -> StoredInvoice:
        """Return an invoice, locked until the transaction ends. Raises: NotFound."""
        return self._one(_STORED + " for no key update", id)

    def of(self, ids: Sequence[UUID]) -> dict[UUID, StoredInvoice]:
        """Return these invoices by id."""
        sql = _STORED.replace("id = %s", "id = any(%s)")
        return {row[0]: _stored(row) for row in self._connection.execute(sql, [list(ids)])}

    def _one(self, sql: str, id: UUID) -> StoredInvoice:
        row = self._connection.execute(sql, [id]).fetchone()
        if row is None:
            raise NotFound("invoice", public_id("inv", id))
        return _stored(row)

    def store(self, invoices: Sequence[Invoice], at: datetime) -> None:
        """Store invoices with lines and taxes; the numbers come last, and have no gaps.

        The counter's row stays locked from here to the commit, so nothing slow follows.
        Raises: SeriesFull.
        """
        insert_rows(self._connection, "line_taxes", _tax_rows(invoices))
        insert_rows(self._connection, "invoice_lines", _line_rows(invoices))
        rows = _invoice_rows(invoices, at)
        for row, (sequence, number) in zip(rows, self._numbers(invoices), strict=True):
            row["sequence"], row["number"] = sequence, number
        insert_rows(self._connection, "invoices", rows)

    def _numbers(self, invoices: Sequence[Invoice]) -> list[tuple[int, str]]:
        """Draw a run of numbers from each series, in the order of the invoices."""
        places = defaultdict(list)
        for place, invoice in enumerate(invoices):
            series = (invoice.registration_id, invoice.series, invoice.financial_year)
            places[series].append(place)
        numbers: list[tuple[int, str]] = [(0, "")] * len(invoices)
        for (registration_id, pattern, year), of_series in sorted(places.items()):
            counter = (registration_id, counted_under(pattern), counting_year(pattern, year=year))
            last = self._draw(*counter, len(of_series))
            for n, place in enumerate(of_series, start=last - len(of_series) + 1):
                numbers[place] = (n, render(pattern, year=year, n=n))
        return numbers

    def _draw(self, registration_id: UUID, series: str, year: str, count: int) -> int:
        row = self._connection.execute(
            """insert into number_counters
                 (registration_id, document_type, series, financial_year, last_number)
               values (%s, 'invoice', %s, %s, %s)
               on conflict (tenant_id, registration_id, document_type, series, financial_year)
               do update set last_number = number_counters.last_number + excluded.last_number
               returning last_number""",
            [registration_id, series, year, count],
        ).fetchone()
        assert row is not None
        last: int = row[0]
        return last

    def pay(self, id: UUID, amount: int, at: datetime) -> None:
        """Add a payment to an invoice; one that has nothing left to pay is paid."""
        self._connection.execute(
            """update invoices set amount_paid = amount_paid + %(amount)s,
                 status = case when amount_paid + %(amount)s >= total then 'paid' else status end,
                 paid_at = case when amount_paid + %(amount)s >= total then %(at)s::timestamptz end
               where id = %(id)s""",
            {"id": id, "amount": amount, "at": at},
        )

    def close(self, id: UUID, status: InvoiceStatus, at: datetime) -> None:
        """Make an invoice void or uncollectible; its number stays used."""
        stamp = "voided_at" if status is InvoiceStatus.VOID else "written_off_at"
        self._connection.execute(
            f"update invoices set status = %s, {stamp} = %s where id = %s", [status, at, id]
        )

    def open_of(self, subscription_id: UUID) -> list[StoredInvoice]:
        """Return the subscription's invoices that are owed, the oldest first."""
        rows = self._connection.execute(
            _STORED.replace("id = %s", "subscription_id = %s and status = 'open' order by id"),
            [subscription_id],
        )
        return [_stored(row) for row in rows]


def _stored(row: TupleRow) -> StoredInvoice:
    id, customer, subscription, registration, status, *rest = row
    return StoredInvoice(id, customer, subscription, registration, InvoiceStatus(status), *rest)


def _invoice_rows(invoices: Sequence[Invoice], at: datetime) -> list[dict[str, Any]]:
    tokens = link_tokens(len(invoices))
    return [
        {
            "id": invoice.id,
            "registration_id": invoice.registration_id,
            "customer_id": invoice.customer_id,
            "subscription_id": invoice.subscription_id,
            "status": invoice.status,
            "series": counted_under(invoice.series),
            "financial_year": invoice.financial_year,
            "sequence": 0,
            "number": "",
            "currency": invoice.currency,
            "subtotal": invoice.subtotal,
            "discount": 0,
            "tax": invoice.tax,
            "round_off": invoice.round_off,
            "total": invoice.total,
            "amount_paid": 0,
            "collection_method": invoice.collection_method,
            "issued_on": invoice.issued_on,
            "due_on": invoice.due_on,
            "period_start": invoice.period.start,
            "period_end": invoice.period.end,
            "supply_kind": invoice.supply.kind,
            "supply_treatment": invoice.supply.treatment,
            "place_country": invoice.supply.place.country,
            "place_state": invoice.supply.place.state,
            "place_code": invoice.supply.place.code,
            "endorsement": invoice.supply.endorsement,
            "lut_number": invoice.supply.lut,
            "law": invoice.supply.law,
            "seller_party_id": invoice.seller_party_id,
            "buyer_party_id": invoice.buyer_party_id,
            "link_token": token,
            "created_at": at,
            "paid_at": at if invoice.status is InvoiceStatus.PAID else None,
        }
        for invoice, token in zip(invoices, tokens, strict=True)
    ]


def _line_rows(invoices: Sequence[Invoice]) -> list[dict[str, Any]]:
    return [
        {
            "id": line.id,
            "invoice_id": invoice.id,
            "position": line.position,
            "subscription_item_id": line.item.id,
            "price_id": line.item.price_id,
            "description": line.description,
            "tax_code": line.item.tax_code,
            "quantity": line.quantity,
            "unit_amount": line.item.unit_amount,
            "amount": line.amount,
            "tax_behavior": invoice.tax_behavior,
            "period_start": line.period.start,
            "period_end": line.period.end,
            "full_start": line.full.start,
            "full_end": line.full.end,
            "recognized_until": line.period.start,
        }
        for invoice in invoices
        for line in invoice.lines
    ]


def _tax_rows(invoices: Sequence[Invoice]) -> list[dict[str, Any]]:
    return [
        {
            "invoice_id": invoice.id,
            "line_position": line.position,
            "position": position,
            "name": row.name,
            "rate": row.rate,
            "taxable": row.taxable,
            "amount": row.amount,
        }
        for invoice in invoices
        for line in invoice.lines
        for position, row in enumerate(line.taxes)
    ]
