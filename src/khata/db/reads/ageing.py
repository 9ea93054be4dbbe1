"""What was owed on a day, read from the books: so it is what `receivable` was on that day."""

from datetime import date, datetime
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.ageing import Aged, OpenInvoice, aged
from khata.db.reads.views import views

# What was open then is open still, or was closed after; few of all invoices. What is owed of each
# is the sum of what was booked about it, its notes, payments and refunds.
_OPEN = """
    with open as (
      select i.id, i.number, i.customer_id, i.currency, i.issued_on, i.due_on
        from invoices i
       where i.issued_on <= %(as_of)s and i.number is not null
         and (i.status = 'open' or i.paid_at >= %(after)s or i.voided_at >= %(after)s
              or i.written_off_at >= %(after)s)
    ), sources as (
      select id as source_id, id as invoice_id from open
      union all
      select n.id, n.invoice_id from credit_notes n join open o on o.id = n.invoice_id
      union all
      select a.id, a.invoice_id from attempts a join open o on o.id = a.invoice_id
      union all
      select r.id, r.invoice_id from refunds r join open o on o.id = r.invoice_id
    ), owed as (
      select s.invoice_id,
             sum(case when p.debit = 'receivable' then p.amount else -p.amount end) as owed
        from sources s
        join entries e on e.source_id = s.source_id
        join postings p on p.entry_id = e.id
       where 'receivable' in (p.debit, p.credit) and e.booked_on <= %(as_of)s
       group by s.invoice_id
    )
    select o.id, o.number, o.customer_id, c.name as customer, o.currency, o.issued_on, o.due_on,
           w.owed::bigint as owed
      from open o
      join owed w on w.invoice_id = o.id
      join customers c on c.id = o.customer_id
     where w.owed <> 0
"""

_CREDITS = """
    select distinct on (e.customer_id, e.currency)
           e.customer_id, c.name, e.currency, e.balance
      from credit_entries e join customers c on c.id = e.customer_id
     where e.created_at < %(after)s
     order by e.customer_id, e.currency, e.id desc
"""


def aged_receivables(
    connection: psycopg.Connection[TupleRow], *, as_of: date, after: datetime
) -> list[Aged]:
    """Return what each customer owed at the end of a day; `after` is when the next day begins."""
    asked = {"as_of": as_of, "after": after}
    invoices = views(connection, OpenInvoice, _OPEN, **asked)
    rows: list[tuple[UUID, str, str, int]] = connection.execute(_CREDITS.encode(), asked).fetchall()
    return aged(invoices, [row for row in rows if row[3]], as_of=as_of)
