"""Invoices as rows: many stored at once, their numbers drawn last."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.ids import public_id
from khata.core.invoice import Invoice, InvoiceStatus
from khata.core.numbering import counted_under, counting_year, render
from khata.core.payment import amount_payable
from khata.core.refusal import NotFound
from khata.db.columns import insert_columns
from khata.db.rows import Connection
from khata.db.stores.invoice_columns import invoice_columns, line_columns, tax_columns

_Drawn = psycopg.Cursor[TupleRow]  # answers with the last number of a run, when it is asked


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
        """Store invoices with lines and taxes; the numbers come last. Raises: SeriesFull."""
        self.add_lines(invoices)
        self.number(invoices, at)

    def add_lines(self, invoices: Sequence[Invoice]) -> None:
        """Store lines and taxes of invoices that get their numbers later in the transaction."""
        insert_columns(self._connection, "line_taxes", tax_columns(invoices))
        insert_columns(self._connection, "invoice_lines", line_columns(invoices))

    def number(self, invoices: Sequence[Invoice], at: datetime) -> None:
        """Store the invoices themselves, with numbers that have no gaps.

        The counter's row stays locked from here to the commit, so nothing slow follows.
        Raises: SeriesFull.
        """
        drawn = self._draw_all(invoices)
        columns = invoice_columns(invoices, at)  # spelled while the server gets to the numbers
        numbers = _rendered(invoices, drawn)
        columns["sequence"] = ("bigint", [sequence for sequence, _ in numbers])
        columns["number"] = ("text", [number for _, number in numbers])
        insert_columns(self._connection, "invoices", columns)

    def _draw_all(self, invoices: Sequence[Invoice]) -> list[tuple[list[int], _Drawn]]:
        """Draw a run of numbers from each series, for the invoices at these places."""
        places = defaultdict(list)
        for place, invoice in enumerate(invoices):
            series = (invoice.registration_id, invoice.series, invoice.financial_year)
            places[series].append(place)
        return [
            (
                of_series,
                self._draw(
                    registration_id,
                    counted_under(pattern),
                    counting_year(pattern, year=year),
                    len(of_series),
                ),
            )
            for (registration_id, pattern, year), of_series in sorted(places.items())
        ]

    def _draw(self, registration_id: UUID, series: str, year: str, count: int) -> _Drawn:
        return self._connection.execute(
            """insert into number_counters
                 (registration_id, document_type, series, financial_year, last_number)
               values (%s, 'invoice', %s, %s, %s)
               on conflict (tenant_id, registration_id, document_type, series, financial_year)
               do update set last_number = number_counters.last_number + excluded.last_number
               returning last_number""",
            [registration_id, series, year, count],
        )

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


def _rendered(
    invoices: Sequence[Invoice], drawn: Sequence[tuple[list[int], _Drawn]]
) -> list[tuple[int, str]]:
    """Return count and number of each invoice, in the order of the invoices."""
    numbers: list[tuple[int, str]] = [(0, "")] * len(invoices)
    for places, answer in drawn:
        row = answer.fetchone()
        assert row is not None
        invoice = invoices[places[0]]
        for n, place in enumerate(places, start=row[0] - len(places) + 1):
            numbers[place] = (n, render(invoice.series, year=invoice.financial_year, n=n))
    return numbers
