"""What was sold to each place in a year: what thresholds abroad are held against."""

from datetime import date, timedelta
from uuid import UUID

from khata.core.tax.thresholds import SoldTo
from khata.db.rows import Connection

YEAR = timedelta(days=365)


def sold_abroad(connection: Connection, registration: UUID, *, on: date) -> list[SoldTo]:
    """Return the net sales of a registration outside India in the year to a day, by place."""
    rows = connection.execute(
        _SOLD, {"registration": registration, "after": on - YEAR, "on": on}
    ).fetchall()
    return [SoldTo(*row) for row in rows]


_SOLD = """
    select i.place_country, i.place_state, i.currency,
           sum(i.subtotal - i.discount - coalesce((
             select sum(n.subtotal) from credit_notes n
              where n.invoice_id = i.id and n.voided_at is null), 0))::bigint,
           count(*)::int
      from invoices i
     where i.registration_id = %(registration)s and i.place_country <> 'IN'
       and i.issued_on > %(after)s and i.issued_on <= %(on)s
       and i.status in ('open', 'paid', 'uncollectible')
     group by 1, 2, 3
     order by 1, 2, 3
"""
