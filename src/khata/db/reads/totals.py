"""Questions about all that a tenant has done so far: how many, how much, do the books agree."""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from khata.db.reads.views import view, views

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is; cheap enough to be asked while it grows."""

    customers: int
    invoices: int
    paid: int


@dataclass(frozen=True, slots=True)
class Invoiced:
    """Invoices of one currency that are not void, in minor units."""

    currency: str
    count: int
    net: int  # before tax
    tax: int
    total: int
    open_count: int
    owed: int


def counts(connection: Connection) -> Counts:
    found = view(
        connection,
        Counts,
        """
        select (select count(*) from customers) as customers,
               (select count(*) from invoices) as invoices,
               (select count(*) from invoices where status = 'paid') as paid
        """,
    )
    assert found is not None
    return found


def subscriptions_by_status(connection: Connection) -> Mapping[str, int]:
    sql = "select status, count(*) from subscriptions group by status order by status"
    return dict(connection.execute(sql).fetchall())


def invoiced(connection: Connection) -> list[Invoiced]:
    """Return what the invoices come to, by currency; a void one counts for nothing."""
    return views(
        connection,
        Invoiced,
        """
        select currency, count(*) as count, sum(subtotal - discount)::bigint as net,
               sum(tax)::bigint as tax, sum(total)::bigint as total,
               count(*) filter (where status = 'open') as open_count,
               coalesce(sum(total - amount_paid) filter (where status = 'open'), 0)::bigint as owed
          from invoices where status not in ('draft', 'void')
         group by currency order by currency
        """,
    )


def earned(connection: Connection) -> Mapping[str, int]:
    """Return the revenue that closed months have recognised, by currency."""
    sql = """
        select currency, sum(case credit when 'revenue' then amount else -amount end)::bigint
          from postings where debit = 'revenue' or credit = 'revenue'
         group by currency order by currency
        """
    return dict(connection.execute(sql).fetchall())


def newest_open(connection: Connection, currency: str) -> str | None:
    """Return the link of the newest invoice in a currency: an open one, if any is."""
    row = connection.execute(
        "select link_token from invoices where currency = %s and status in ('open', 'paid')"
        " order by status = 'open' desc, id desc limit 1",
        [currency],
    ).fetchone()
    return None if row is None else str(row[0])


def disagreements(connection: Connection) -> list[str]:
    """Say where the books do not agree with themselves or the documents; nothing where they do.

    Debits are credits; receivable is what open invoices owe; tax payable is the tax rows of
    invoices; revenue, earned and deferred, is their net amounts.
    """
    return [
        f"{currency}: {account} is {booked} in the books, {told} is {shown}"
        for currency, account, booked, told, shown in connection.execute(_COMPARED)
        if booked != shown
    ]


_COMPARED = r"""
    with sides as (
      select debit as account, currency, amount as debit, 0 as credit from postings
      union all
      select credit, currency, 0, amount from postings
    ), booked as (
      select currency, sum(debit) as debits, sum(credit) as credits,
             sum(debit - credit) filter (where account = 'receivable') as receivable,
             sum(credit - debit) filter (where account like '%\_payable') as tax,
             sum(credit - debit) filter (where account like '%revenue') as net
        from sides group by currency
    ), shown as (
      select currency, sum(subtotal - discount) as net,
             sum(total - amount_paid) filter (where status = 'open') as owed
        from invoices where status not in ('draft', 'void') group by currency
    ), taxed as (
      select i.currency, sum(t.amount) as tax
        from line_taxes t join invoices i on i.tenant_id = t.tenant_id and i.id = t.invoice_id
       where i.status not in ('draft', 'void') group by i.currency
    )
    select currency, account, coalesce(in_books, 0)::bigint, told, coalesce(in_papers, 0)::bigint
      from booked b full join shown s using (currency) full join taxed t using (currency)
     cross join lateral (values
       ('the sum of debits', b.debits, 'the sum of credits', b.credits),
       ('receivable', b.receivable, 'what open invoices owe', s.owed),
       ('tax payable', b.tax, 'the tax of invoices', t.tax),
       ('revenue, earned and deferred', b.net, 'the net of invoices', s.net)
     ) as compared (account, in_books, told, in_papers)
     order by currency, account
"""
