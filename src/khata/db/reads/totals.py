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
    net: int  # before tax, top-ups of wallets left out: they are prepaid money
    tax: int
    total: int
    open_count: int
    owed: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What happened beside billing: changes made, notes, coupons redeemed, wallets."""

    changes: int
    credit_notes: int
    coupons: int
    redemptions: int
    wallets: int


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


def beside(connection: Connection) -> Beside:
    found = view(
        connection,
        Beside,
        """
        select (select count(*) from scheduled_changes where status = 'applied') as changes,
               (select count(*) from credit_notes) as credit_notes,
               (select count(*) from coupons) as coupons,
               (select count(*) from discounts) as redemptions,
               (select count(*) from wallets) as wallets
        """,
    )
    assert found is not None
    return found


def credited(connection: Connection) -> Mapping[str, int]:
    """Return what credit notes took back before tax, by currency."""
    sql = "select currency, sum(subtotal)::bigint from credit_notes"
    sql += " where voided_at is null group by 1 order by 1"
    return dict(connection.execute(sql).fetchall())


def held(connection: Connection) -> Mapping[str, int]:
    """Return what is left in wallets, by currency."""
    sql = "select currency, sum(balance)::bigint from wallets group by 1 order by 1"
    return dict(connection.execute(sql).fetchall())


def subscriptions_by_status(connection: Connection) -> Mapping[str, int]:
    sql = "select status, count(*) from subscriptions group by status order by status"
    return dict(connection.execute(sql).fetchall())


def invoiced(connection: Connection) -> list[Invoiced]:
    """Return what the invoices come to, by currency; a void one counts for nothing."""
    return views(
        connection,
        Invoiced,
        """
        select currency, count(*) as count,
               coalesce(sum(subtotal - discount) filter (where not exists (
                 select from wallet_top_ups t where t.invoice_id = i.id)), 0)::bigint as net,
               sum(tax)::bigint as tax, sum(total)::bigint as total,
               count(*) filter (where status = 'open') as open_count,
               coalesce(sum(total - amount_paid - amount_credited)
                 filter (where status = 'open'), 0)::bigint as owed
          from invoices i where status not in ('draft', 'void')
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

    Debits are credits; receivable is what open invoices owe; tax payable is the tax of invoices;
    revenue, earned and deferred, is their net amounts: both less what credit notes took back.
    An invoice that asks for a top-up is owed, and sells nothing; what wallets hold is what was
    prepaid and granted. Advances bear their tax until they are invoiced or given back; what has
    lapsed keeps it.
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
             sum(credit - debit) filter (where account like '%revenue') as net,
             sum(credit - debit) filter (where account in ('wallet_paid', 'wallet_granted'))
               as held,
             sum(debit - credit) filter (where account = 'advance_tax') as advances
        from sides group by currency
    ), shown as (
      select currency, sum(net)::bigint as net, sum(owed)::bigint as owed, sum(tax)::bigint as tax
        from (
          select currency, subtotal - discount as net, tax,
                 case when status = 'open' then total - amount_paid - amount_credited else 0 end
                   as owed
            from invoices i where status not in ('draft', 'void')
             and not exists (select from wallet_top_ups t where t.invoice_id = i.id)
          union all
          select currency, 0, 0, case when i.status = 'open' then total - amount_paid else 0 end
            from invoices i join wallet_top_ups t on t.invoice_id = i.id
          union all
          select currency, -subtotal, -tax, 0 from credit_notes where voided_at is null
          union all
          select v.currency, 0, t.left_amount, 0
            from vouchers v join voucher_taxes t on t.voucher_id = v.id
          union all
          select v.currency, 0, (select sum(tax) from unnest(u.taxes) as tax), 0
            from advance_uses u join vouchers v on v.id = u.voucher_id
           where u.cause = 'lapsed') papers
       group by currency
    ), wallets_hold as (
      select currency, sum(balance)::bigint as held from wallets group by currency
    ), vouchers_hold as (
      select v.currency, sum(t.left_amount)::bigint as tax
        from vouchers v join voucher_taxes t on t.voucher_id = v.id group by v.currency
    )
    select currency, account, coalesce(in_books, 0)::bigint, told, coalesce(in_papers, 0)::bigint
      from booked b full join shown s using (currency) left join wallets_hold w using (currency)
      left join vouchers_hold v using (currency)
     cross join lateral (values
       ('the sum of debits', b.debits, 'the sum of credits', b.credits),
       ('receivable', b.receivable, 'what open invoices owe', s.owed),
       ('tax payable', b.tax, 'the tax of invoices less credit notes, and of advances', s.tax),
       ('tax of advances', b.advances, 'what is left in vouchers', v.tax),
       ('revenue, earned and deferred', b.net, 'the net of invoices less credit notes', s.net),
       ('wallets', b.held, 'what is left in wallets', w.held)
     ) as compared (account, in_books, told, in_papers)
     order by currency, account
"""
