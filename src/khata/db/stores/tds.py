"""Withheld tax as rows: what the state owes instead of the customer, until a certificate comes."""

from collections.abc import Mapping
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.tds import Quarter, TdsReceivable, TdsStatus
from khata.db.rows import Connection, insert_rows

TDS_FIELDS: LiteralString = """id, invoice_id, customer_id, payment_id, amount, currency, section,
    rate, deducted_on, financial_year, quarter, certificate_due_on, status, certificate_number,
    certificate_on, certificate_amount, written_off, created_at"""


class TdsReceivables:
    """Table tds_receivables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: TdsReceivable) -> None:
        """Store what was withheld."""
        columns = {
            "id": row.id,
            "invoice_id": row.invoice_id,
            "customer_id": row.customer_id,
            "payment_id": row.payment_id,
            "amount": row.amount,
            "currency": row.currency,
            "section": row.section,
            "rate": row.rate,
            "deducted_on": row.deducted_on,
            "financial_year": row.quarter.financial_year,
            "quarter": row.quarter.number,
            "certificate_due_on": row.quarter.certificate_due_on,
            "status": row.status,
            "created_at": row.created_at,
            "written_off": row.written_off,
        }
        insert_rows(self._connection, "tds_receivables", [columns])

    def lock(self, id: UUID) -> TdsReceivable:
        """Return one, locked until the transaction ends. Raises: NotFound."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select {TDS_FIELDS} from tds_receivables where id = %s for no key update", [id]
            ).fetchone()
        if row is None:
            raise NotFound("TDS receivable", public_id("tds", id))
        return tds_of(row)

    def change(self, row: TdsReceivable) -> None:
        """Write what can change of it."""
        self._connection.execute(
            "update tds_receivables set status = %s, certificate_number = %s, certificate_on = %s,"
            " certificate_amount = %s, written_off = %s where id = %s",
            [
                row.status,
                row.certificate_number,
                row.certificate_on,
                row.certificate_amount,
                row.written_off,
                row.id,
            ],
        )

    def withheld_of(self, invoice_id: UUID) -> int:
        """Return what was withheld of an invoice so far, in minor units."""
        row = self._connection.execute(
            "select coalesce(sum(amount), 0)::bigint from tds_receivables where invoice_id = %s",
            [invoice_id],
        ).fetchone()
        assert row is not None
        amount: int = row[0]
        return amount

    def taxable_of(self, invoice_id: UUID) -> int:
        """Return an invoice's value without tax, less what credit notes took back of it."""
        row = self._connection.execute(
            """select i.subtotal - i.discount - coalesce(
                        (select sum(n.subtotal) from credit_notes n
                          where n.tenant_id = i.tenant_id and n.invoice_id = i.id
                            and n.voided_at is null), 0)::bigint
                 from invoices i where i.id = %s""",
            [invoice_id],
        ).fetchone()
        assert row is not None
        amount: int = row[0]
        return amount


def tds_of(row: Mapping[str, Any]) -> TdsReceivable:
    kept = {name: row[name] for name in _KEPT}
    quarter = Quarter(row["financial_year"], row["quarter"], row["certificate_due_on"])
    return TdsReceivable(**kept, quarter=quarter, status=TdsStatus(row["status"]))


_KEPT: Final = (
    "id",
    "invoice_id",
    "customer_id",
    "payment_id",
    "amount",
    "currency",
    "section",
    "rate",
    "deducted_on",
    "certificate_number",
    "certificate_on",
    "certificate_amount",
    "written_off",
    "created_at",
)
