"""A customer's account in the books: the receivable and what is owed back, entry by entry."""

from datetime import date
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.statement_document import StatementDocument
from khata.core.statement_of_account import Movement, Statement, statement_of
from khata.db.reads.document_parts import party_shown

# Everything booked about a customer: its invoices and notes, what was paid and given back.
_MOVED = """
    with sources as (
      select i.id as source_id, i.number as document from invoices i
       where i.customer_id = %(customer)s
      union all
      select n.id, n.number from credit_notes n where n.customer_id = %(customer)s
      union all
      select v.id, v.number from vouchers v where v.customer_id = %(customer)s
      union all
      select a.id, i.number from payments p
        join attempts a on a.payment_id = p.id join invoices i on i.id = a.invoice_id
       where p.customer_id = %(customer)s
      union all
      select r.id, i.number from payments p
        join attempts a on a.payment_id = p.id join refunds r on r.attempt_id = a.id
        join invoices i on i.id = r.invoice_id
       where p.customer_id = %(customer)s
    ), moved as (
      select e.id, e.booked_on, e.kind, s.document,
             sum(case when p.debit in ('receivable', 'customer_credit') then p.amount else 0 end
               - case when p.credit in ('receivable', 'customer_credit') then p.amount else 0 end
             )::bigint as amount
        from sources s
        join entries e on e.source_id = s.source_id
        join postings p on p.entry_id = e.id
       where p.currency = %(currency)s and e.booked_on <= %(last)s
       group by e.id, e.booked_on, e.kind, s.document
    )
    select booked_on, kind, document, amount from moved where amount <> 0 order by booked_on, id
"""


def customer_statement(
    connection: psycopg.Connection[TupleRow],
    customer: UUID,
    *,
    currency: str,
    first: date,
    last: date,
) -> Statement:
    """Return what a customer owed before the first day, each change, and what it owes after."""
    rows = connection.execute(
        _MOVED.encode(), {"customer": customer, "currency": currency, "last": last}
    ).fetchall()
    moved = [Movement(on, kind, document, amount) for on, kind, document, amount in rows]
    return statement_of(
        [one for one in moved if one.on >= first],
        currency=currency,
        first=first,
        last=last,
        opening=sum(one.amount for one in moved if one.on < first),
    )


def statement_document(
    connection: psycopg.Connection[TupleRow], customer: UUID, statement: Statement
) -> StatementDocument:
    """Return a statement with both parties as they are now; the default registration tells it."""
    row = connection.execute(
        "select s.facts, b.facts, t.livemode from tenants t"
        " join registrations r on r.is_default join parties s on s.id = r.party_id"
        " join customers c on c.id = %s join parties b on b.id = c.party_id",
        [customer],
    ).fetchone()
    assert row is not None  # the caller has found the customer, and a tenant has a default
    seller, buyer, livemode = row
    country = seller["country"]
    return StatementDocument(
        party_shown(seller, seller_country=country),
        party_shown(buyer, seller_country=country),
        statement,
        livemode,
    )
