"""Invoices as rows: many stored at once, their numbers drawn last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.rows import TupleRow

from khata.core.ids import public_id
from khata.core.invoice import Invoice, InvoiceStatus
from khata.core.payment import amount_payable
from khata.core.refusal import NotFound
from khata.core.tax.rupees import ExchangeRate
from khata.db.columns import insert_columns
from khata.db.rows import Connection
from khata.db.stores.counters import Counters, rendered
from khata.db.stores.filings import Filings
from khata.db.stores.invoice_columns import (
    billed_columns,
    invoice_columns,
    line_columns,
    tax_columns,
)
from khata.db.stores.tax_quotes import use_quotes


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
    amount_credited: int
    issued_on: date
    due_on: date
    collection_method: str

    @property
    def amount_due(self) -> int:
        left = self.total - self.amount_paid - self.amount_credited
        return left if self.status is InvoiceStatus.OPEN else 0

    @property
    def payable(self) -> int:
        """What it can still take in; see `amount_payable`."""
        settled = self.amount_paid + self.amount_credited
        return amount_payable(self.status, total=self.total, paid=settled)


_STORED = """select id, customer_id, subscription_id, registration_id, status, number, currency,
    total, amount_paid, amount_credited, issued_on, due_on, collection_method
    from invoices where id = %s"""


class Invoices:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, id: UUID) -> StoredInvoice:
        """Return an invoice. Raises: NotFound."""
        return self._one(_STORED, id)

    def lock(self, id: UUID, *, param: str | None = None) -> StoredInvoice:
        """Return an invoice, locked until the transaction ends. Raises: NotFound."""
        return self._one(_STORED + " for no key update", id, param)

    def of(self, ids: Sequence[UUID]) -> dict[UUID, StoredInvoice]:
        """Return these invoices by id."""
        sql = _STORED.replace("id = %s", "id = any(%s)")
        return {row[0]: _stored(row) for row in self._connection.execute(sql, [list(ids)])}

    def _one(self, sql: str, id: UUID, param: str | None = None) -> StoredInvoice:
        row = self._connection.execute(sql, [id]).fetchone()
        if row is None:
            raise NotFound("invoice", public_id("inv", id), param=param)
        return _stored(row)

    def store(self, invoices: Sequence[Invoice], at: datetime) -> None:
        """Store invoices with lines and taxes; the numbers come last. Raises: SeriesFull."""
        self.add_lines(invoices)
        self.number(invoices, at)

    def add_lines(self, invoices: Sequence[Invoice]) -> None:
        """Store lines and taxes of invoices that get their numbers later in the transaction."""
        insert_columns(self._connection, "line_taxes", tax_columns(invoices))
        insert_columns(self._connection, "invoice_lines", line_columns(invoices))
        if any(invoice.bills for invoice in invoices):
            insert_columns(self._connection, "invoice_subscriptions", billed_columns(invoices))

    def number(self, invoices: Sequence[Invoice], at: datetime) -> None:
        """Store the invoices themselves, with numbers that have no gaps.

        The counter's row stays locked from here to the commit, so nothing slow follows.
        Raises: SeriesFull, PeriodFiled.
        """
        Filings(self._connection).refuse_closed((i.registration_id, i.issued_on) for i in invoices)
        wanted = [(i.registration_id, i.series, i.financial_year) for i in invoices]
        kinds = [invoice.kind for invoice in invoices]
        drawn = Counters(self._connection, "invoice").draw(wanted, kinds)
        columns = invoice_columns(invoices, at)  # spelled while the server gets to the numbers
        numbers = rendered(wanted, drawn)
        columns["sequence"] = ("bigint", [sequence for sequence, _ in numbers])
        columns["number"] = ("text", [number for _, number in numbers])
        insert_columns(self._connection, "invoices", columns)
        use_quotes(self._connection, invoices, at)

    def pay(self, id: UUID, amount: int, at: datetime) -> None:
        """Add a payment to an invoice; one that has nothing left to pay is paid."""
        self._connection.execute(
            """update invoices set amount_paid = amount_paid + %(amount)s,
                 status = case when amount_paid + amount_credited + %(amount)s >= total
                   then 'paid' else status end,
                 paid_at = case when amount_paid + amount_credited + %(amount)s >= total
                   then %(at)s::timestamptz end
               where id = %(id)s""",
            {"id": id, "amount": amount, "at": at},
        )

    def keep_exchange_rate(self, id: UUID, rate: ExchangeRate) -> bool:
        """Value an invoice in rupees, once; answer False where it has been valued."""
        cursor = self._connection.execute(
            "update invoices set exchange_rate = %s, exchange_rate_on = %s,"
            " exchange_rate_source = %s where id = %s and exchange_rate is null",
            [rate.rate, rate.on, rate.source, id],
        )
        return cursor.rowcount == 1

    def unpay(self, id: UUID, amount: int) -> None:
        """Take back what funds paid of an invoice that is to be void."""
        self._connection.execute(
            "update invoices set amount_paid = amount_paid - %s where id = %s", [amount, id]
        )

    def close(self, id: UUID, status: InvoiceStatus, at: datetime) -> None:
        """Make an invoice void or uncollectible; its number stays used."""
        stamp = "voided_at" if status is InvoiceStatus.VOID else "written_off_at"
        self._connection.execute(
            f"update invoices set status = %s, {stamp} = %s where id = %s", [status, at, id]
        )

    def tax_codes(self, id: UUID) -> list[str]:
        """Return the codes of what an invoice bills, each once, in their order."""
        rows = self._connection.execute(
            "select distinct tax_code from invoice_lines where invoice_id = %s and tax_code <> ''"
            " order by tax_code",
            [id],
        )
        return [code for (code,) in rows]

    def positions_of(self, id: UUID) -> dict[UUID, int]:
        """Return the place of each line of an invoice, by its id."""
        rows = self._connection.execute(
            "select id, position from invoice_lines where invoice_id = %s", [id]
        )
        return dict(rows.fetchall())

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
