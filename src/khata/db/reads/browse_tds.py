"""Questions of the pages of TDS: what was withheld, by quarter and standing, and one of them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.db.reads.browse import Connection, Cursor, Page, paged, within
from khata.db.reads.views import views


@dataclass(frozen=True, slots=True)
class TdsRow:
    """What was withheld of one payment; amounts in minor units. `quarter` as 2026-27 Q3."""

    id: UUID
    invoice_id: UUID
    number: str
    customer_id: UUID
    customer: str
    amount: int
    currency: str
    section: str | None
    rate: str | None
    deducted_on: date
    quarter: str
    certificate_due_on: date
    status: str
    certificate_number: str | None
    certificate_on: date | None
    certificate_amount: int | None
    written_off: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class QuarterSum:
    """A quarter: what was withheld in it, what certificates speak of, and what is awaited."""

    quarter: str
    currency: str
    withheld: int
    certified: int
    awaited: int
    due_on: date


_ROWS = """
    select t.id, t.invoice_id, i.number, t.customer_id, c.name as customer, t.amount, t.currency,
           t.section, t.rate, t.deducted_on, t.financial_year || ' Q' || t.quarter as quarter,
           t.certificate_due_on, t.status, t.certificate_number, t.certificate_on,
           t.certificate_amount, t.written_off, t.created_at
      from tds_receivables t
      join invoices i on i.tenant_id = t.tenant_id and i.id = t.invoice_id
      join customers c on c.tenant_id = t.tenant_id and c.id = t.customer_id
"""


def tds_receivables(
    connection: Connection,
    cursor: Cursor,
    *,
    status: str | None = None,
    search: str | None = None,
    id: UUID | None = None,
) -> Page[TdsRow]:
    """Return what was withheld, newest first. `search`: customer, invoice, or "2026-27 Q3"."""
    return paged(
        connection,
        TdsRow,
        cursor,
        _ROWS,
        """(%(status)s::text is null or t.status = %(status)s)
           and (%(id)s::uuid is null or t.id = %(id)s)
           and (%(search)s::text is null or c.name ilike %(search)s or i.number ilike %(search)s
                or t.certificate_number ilike %(search)s
                or t.financial_year || ' Q' || t.quarter ilike %(search)s)""",
        status=status,
        search=within(search),
        id=id,
    )


def tds_quarters(connection: Connection, *, most: int = 8) -> list[QuarterSum]:
    """Return the newest quarters in which something was withheld, summed up."""
    return views(
        connection,
        QuarterSum,
        """
        select financial_year || ' Q' || quarter as quarter, currency,
               sum(amount)::bigint as withheld,
               coalesce(sum(certificate_amount), 0)::bigint as certified,
               sum(amount - coalesce(certificate_amount, 0) - written_off)::bigint as awaited,
               max(certificate_due_on) as due_on
          from tds_receivables
         group by financial_year, quarter, currency
         order by financial_year desc, tds_receivables.quarter desc limit %(most)s
        """,
        most=most,
    )


def tds_until(connection: Connection, last: date) -> list[TdsRow]:
    """Return all that was withheld by the end of a day, the oldest first."""
    sql = _ROWS + " where t.deducted_on <= %(last)s order by t.deducted_on, t.id"
    return views(connection, TdsRow, sql, last=last)
