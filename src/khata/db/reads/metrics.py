"""Questions about revenue: MRR and its movements, churn, what was earned and invoiced, tax."""

from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import TupleRow

from khata.core.metrics import Movements, percent
from khata.db.reads.views import views

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount in minor units of one currency, of how many."""

    currency: str
    amount: int
    count: int


@dataclass(frozen=True, slots=True)
class MonthOfRevenue:
    """What one calendar month earned and invoiced, before tax, and its MRR at the end."""

    month: date
    currency: str
    recognized: int
    invoiced: int
    mrr: int


@dataclass(frozen=True, slots=True)
class CustomerChurn:
    """Customers paying at the month's start, and how many of them no longer were at its end."""

    at_start: int
    lost: int

    @property
    def rate(self) -> str | None:
        return percent(self.lost, self.at_start)


@dataclass(frozen=True, slots=True)
class TaxOfHead:
    """The tax of one head that invoices charged, after what voided ones took back."""

    account: str
    currency: str
    amount: int


def mrr(connection: Connection, on: date) -> list[Sum]:
    """Return the MRR at the end of a day and how many customers pay it, by currency."""
    return views(
        connection,
        Sum,
        """
        select currency, sum(after - before)::bigint as amount,
               sum((after > 0)::int - (before > 0)::int) as count
          from mrr_days where day <= %(on)s group by currency order by currency
        """,
        on=on,
    )


def movements(connection: Connection, first: date, until: date) -> list[Movements]:
    """Return the movements of each month that had one, for days in [first, until).

    A customer's day is one movement, named as `khata.core.metrics.classify` names it.
    """
    return views(
        connection,
        Movements,
        """
        with named as (
          select date_trunc('month', m.day)::date as month, m.currency, m.before, m.after,
                 m.before = 0 and exists (
                   select from mrr_days e where e.customer_id = m.customer_id
                      and e.currency = m.currency and e.day < m.day and e.after > 0) as returned
            from mrr_days m where m.day >= %(first)s and m.day < %(until)s and m.before <> m.after
        ), moved as (
          select month, currency,
            sum(after) filter (where before = 0 and not returned) as new,
            sum(after) filter (where returned) as reactivation,
            sum(after - before) filter (where before > 0 and after > before) as expansion,
            sum(before - after) filter (where after > 0 and after < before) as contraction,
            sum(before) filter (where after = 0) as churn, sum(after - before) as change
            from named group by month, currency
        ), begun as (
          select currency, sum(after - before) as mrr
            from mrr_days where day < %(first)s group by currency
        )
        select month, currency,
               (coalesce(begun.mrr, 0) - change
                 + sum(change) over (partition by currency order by month))::bigint as start,
               coalesce(new, 0)::bigint as new,
               coalesce(reactivation, 0)::bigint as reactivation,
               coalesce(expansion, 0)::bigint as expansion,
               coalesce(contraction, 0)::bigint as contraction,
               coalesce(churn, 0)::bigint as churn
          from moved left join begun using (currency) order by month, currency
        """,
        first=first,
        until=until,
    )


def customer_churn(connection: Connection, first: date, until: date) -> CustomerChurn:
    """Return who was paying before `first`, and who of them was not before `until`."""
    return views(
        connection,
        CustomerChurn,
        """
        with moved as (
          select (array_agg(before order by day))[1] as at_start,
                 (array_agg(after order by day desc))[1] as at_end
            from mrr_days where day >= %(first)s and day < %(until)s
           group by customer_id, currency)
        select coalesce((select sum((after > 0)::int - (before > 0)::int)
                           from mrr_days where day < %(first)s), 0) as at_start,
               (select count(*) from moved where at_start > 0 and at_end = 0) as lost
        """,
        first=first,
        until=until,
    )[0]


def revenue_by_month(
    connection: Connection, currency: str, first: date, until: date
) -> list[MonthOfRevenue]:
    """Return every calendar month from `first` (the 1st of one) up to, not including, `until`.

    Top-ups of wallets are not invoiced revenue: they are prepaid money, until it is spent.
    """
    return views(
        connection,
        MonthOfRevenue,
        """
        with months as (
          select m::date as month
            from generate_series(%(first)s::timestamp - interval '1 month',
                                 %(until)s::timestamp - interval '1 day',
                                 interval '1 month') m
        ), moved as ( -- what was before the first month stands in the month before it
          select greatest(date_trunc('month', day), %(first)s::timestamp - interval '1 month')::date
                   as month, sum(after - before) as amount
            from mrr_days where currency = %(currency)s and day < %(until)s
           group by 1
        ), earned as (
          select date_trunc('month', booked_on)::date as month,
                 sum(case credit when 'revenue' then amount else -amount end) as amount
            from posting_days
           where booked_on >= %(first)s and booked_on < %(until)s
             and currency = %(currency)s and (debit = 'revenue' or credit = 'revenue')
           group by 1
        ), billed as (
          select date_trunc('month', issued_on)::date as month, sum(net) as amount
            from invoice_days
           where issued_on >= %(first)s and issued_on < %(until)s and currency = %(currency)s
           group by 1
        ), prepaid as (
          select date_trunc('month', i.issued_on)::date as month,
                 sum(i.subtotal - i.discount) as amount
            from wallet_top_ups t
            join invoices i on i.tenant_id = t.tenant_id and i.id = t.invoice_id
           where t.invoice_id is not null and i.status not in ('draft', 'void')
             and i.issued_on >= %(first)s and i.issued_on < %(until)s
             and i.currency = %(currency)s
           group by 1
        ), told as (
          select month, %(currency)s as currency,
                 coalesce(earned.amount, 0)::bigint as recognized,
                 (coalesce(billed.amount, 0) - coalesce(prepaid.amount, 0))::bigint as invoiced,
                 coalesce(sum(moved.amount) over (order by month), 0)::bigint as mrr
            from months left join moved using (month)
                        left join earned using (month)
                        left join billed using (month)
                        left join prepaid using (month)
        )
        select * from told where month >= %(first)s order by month
        """,
        currency=currency,
        first=first,
        until=until,
    )


def tax_by_head(connection: Connection, first: date, until: date) -> list[TaxOfHead]:
    """Return the tax booked for days in [first, until), by head and currency."""
    return views(
        connection,
        TaxOfHead,
        """
        with pairs as (
          select debit, credit, currency, sum(amount) as amount from posting_days
           where booked_on >= %(first)s and booked_on < %(until)s group by 1, 2, 3
        ), booked as (
          select credit as account, currency, amount from pairs where credit like '%%\\_payable'
          union all
          select debit, currency, -amount from pairs where debit like '%%\\_payable')
        select account, currency, sum(amount)::bigint as amount
          from booked group by 1, 2 order by currency, account
        """,
        first=first,
        until=until,
    )
