"""Deferred revenue as the books have it by month, and what the lines will earn from here on."""

from datetime import date
from typing import LiteralString

import psycopg
from psycopg.rows import TupleRow

from khata.core.deferral import DeferredMonth, next_month, roll_forward, still_to_earn
from khata.core.ledger.recognition import Unearned
from khata.core.periods import Period

Connection = psycopg.Connection[TupleRow]

_SIGNED: LiteralString = "case when p.credit = 'deferred_revenue' then p.amount else -p.amount end"
_OPENING: LiteralString = f"""
    select p.currency, sum({_SIGNED})::bigint from postings p
     where 'deferred_revenue' in (p.debit, p.credit) and p.booked_on < %(first)s
     group by p.currency
"""
_MOVED: LiteralString = f"""
    select p.currency, date_trunc('month', p.booked_on)::date, e.kind, sum({_SIGNED})::bigint
      from postings p join entries e on e.id = p.entry_id
     where 'deferred_revenue' in (p.debit, p.credit)
       and p.booked_on >= %(first)s and p.booked_on < %(until)s
     group by 1, 2, 3
"""
_UNEARNED: LiteralString = """
    select l.invoice_id, l.position, i.currency, l.amount, l.period_start, l.period_end,
           l.recognized_until, null::uuid as credit_line
      from invoice_lines l join invoices i on i.id = l.invoice_id
     where l.recognized_until < l.period_end and i.status <> 'void' and i.number is not null
    union all
    select l.invoice_id, l.position, i.currency, -l.amount, l.period_start, l.period_end,
           l.recognized_until, l.id
      from credit_note_lines l join invoices i on i.id = l.invoice_id
     where l.recognized_until < l.period_end and i.status <> 'void'
"""


def deferred_by_month(connection: Connection, months: list[date]) -> list[DeferredMonth]:
    """Return each of these months, which follow each other, by currency."""
    days = {"first": months[0], "until": next_month(months[-1])}
    opening: dict[str, int] = dict(connection.execute(_OPENING, days).fetchall())
    moved: dict[str, list[tuple[date, str, int]]] = {currency: [] for currency in opening}
    for currency, month, kind, amount in connection.execute(_MOVED, days):
        moved.setdefault(currency, []).append((month, kind, amount))
    return [
        row
        for currency in sorted(moved)
        for row in roll_forward(months, currency, opening.get(currency, 0), moved[currency])
    ]


def deferred_to_come(connection: Connection) -> dict[tuple[date, str], int]:
    """Return what each month will earn of what is deferred now, by its first day and currency."""
    rows = connection.execute(_UNEARNED).fetchall()
    return still_to_earn(
        Unearned(row[0], row[1], row[2], row[3], Period(row[4], row[5]), row[6], row[7])
        for row in rows
    )
