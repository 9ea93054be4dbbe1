"""The accountant's sheets as the books have them at the end of a day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import psycopg
from psycopg.rows import TupleRow

from khata.core.deferral import months_between
from khata.core.exports.account_sheets import (
    ageing_sheet,
    deferred_sheet,
    tds_sheet,
    to_earn_sheet,
)
from khata.core.exports.sheets import Sheet
from khata.core.periods import day_of, start_of_day
from khata.db.reads.ageing import aged_receivables
from khata.db.reads.browse_tds import tds_until
from khata.db.reads.deferral import deferred_by_month, deferred_to_come


def account_sheets(
    connection: psycopg.Connection[TupleRow], last: date | None, *, at: datetime
) -> tuple[date, Sequence[Sheet]]:
    """Return the day, and the sheets: ageing, deferred revenue, what will be earned, TDS.

    `last` is the day; None: today. Deferred are the twelve months that end with its month. What
    will be earned of what is deferred, and how TDS stands, is as of today, and named so.
    """
    row = connection.execute("select timezone from tenants").fetchone()
    assert row is not None  # the transaction is behind this tenant's wall
    zone = str(row[0])
    today = day_of(at, zone)
    day = last or today
    after = start_of_day(day + timedelta(days=1), zone)
    first = day.replace(year=day.year - 1, day=1)
    months = months_between(first, day, param="as_of")[1:]
    return day, (
        ageing_sheet(aged_receivables(connection, as_of=day, after=after), as_of=day),
        deferred_sheet(deferred_by_month(connection, months)),
        to_earn_sheet(deferred_to_come(connection), as_of=today),
        tds_sheet(tds_until(connection, day), as_of=today),
    )
