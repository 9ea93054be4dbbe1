"""What is known of a month at its end: the books beside what they are about."""

from datetime import date, datetime

import psycopg
from psycopg.rows import TupleRow

from khata.core.month_end import MonthFacts
from khata.db.reads.ageing import aged_receivables
from khata.db.reads.books import trial_balance

Connection = psycopg.Connection[TupleRow]

_LEFT = """
    select (select count(*) from attempts
             where status in ('sending', 'pending', 'unknown') and created_at < %(after)s),
           (select count(*) from parked where released_at is null and at < %(after)s),
           (select count(*) from bank_transactions
             where settlement_id is null and booked_on <= %(last)s and amount > 0),
           (select count(*) from tds_receivables
             where status in ('awaited', 'short') and certificate_due_on <= %(last)s),
           (select next_close_at > %(after)s from tenants)
"""


def month_facts(connection: Connection, *, last_day: date, after: datetime) -> MonthFacts:
    """Return the facts of the month that ends with a day; `after` is when the next one begins."""
    rows = trial_balance(connection, last_day)
    left = connection.execute(_LEFT, {"last": last_day, "after": after}).fetchone()
    assert left is not None  # a select of scalars has one row
    unknown, parked, unmatched, late, closed = left
    debits: dict[str, int] = {}
    credits: dict[str, int] = {}
    of: dict[str, dict[str, int]] = {}
    for row in rows:
        debits[row.currency] = debits.get(row.currency, 0) + row.debits
        credits[row.currency] = credits.get(row.currency, 0) + row.credits
        of.setdefault(row.account, {})[row.currency] = row.debits - row.credits
    owed: dict[str, int] = {}
    for aged in aged_receivables(connection, as_of=last_day, after=after):
        owed[aged.currency] = owed.get(aged.currency, 0) + aged.total
    return MonthFacts(
        last_day=last_day,
        closed=closed,
        debits=debits,
        credits=credits,
        receivable=of.get("receivable", {}),
        owed=owed,
        suspense=of.get("settlement_suspense", {}),
        in_transit=of.get("cash_in_transit", {}),
        unknown_attempts=unknown,
        parked=parked,
        unmatched_bank_lines=unmatched,
        certificates_late=late,
    )
