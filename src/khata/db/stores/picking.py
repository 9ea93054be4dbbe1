"""Picking: which subscriptions are taken, each as a row with its customer and who pays for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from khata.db.rows import Connection
from khata.db.stores.abroad import ABROAD
from khata.db.stores.exemptions import EXEMPTIONS_OF
from khata.db.stores.subscriptions import COLUMNS

# Where in a row these stand.
CUSTOMER, PAYER = 1, -13
_DUE_AT, _TOGETHER = 16, -14

# `c` is the buyer: who pays. `u` has the subscription; mostly they are one. Under row-level
# security an index is asked only for what cannot leak, and PostgreSQL is not sure of `coalesce`.
BUYER_OF = "case when u.payer_id is null then u.id else u.payer_id end"
_WITH_BUYER = f"""
    select {COLUMNS}, c.invoice_together, u.payer_id, u.name, u.timezone,
           c.party_id, c.country, c.state, t.value, c.sez, c.address ->> 'line1' is not null,
           c.related_establishment, c.deemed_export, {EXEMPTIONS_OF}, {ABROAD}
      from {{subscriptions}} s
      join customers u on u.tenant_id = s.tenant_id and u.id = s.customer_id
      join customers c on c.tenant_id = u.tenant_id and c.id = {BUYER_OF}
      left join tax_ids t on t.tenant_id = c.tenant_id and t.customer_id = c.id
        and t.type = 'in_gst'
"""
# Who pays for `s`, where that customer wants one invoice of all that falls due together.
_WANTS_ONE = f"""
    select c.id from customers c
     where c.tenant_id = s.tenant_id and c.invoice_together
       and c.id = (select {BUYER_OF} from customers u
                    where u.tenant_id = s.tenant_id and u.id = s.customer_id)
"""
_SOONER = """
    and o.next_billing_at = s.next_billing_at and o.id < s.id and o.id <> all(%(but)s)
"""
# The batch is picked before anything is joined to it: so it costs what it takes, however much is
# due. It is picked once: a subquery that a join reads again for each of its rows would lock others
# each time, and lose those before. A scalar subquery cannot become a join, and is looked up only
# for what is picked.
_PICKED = f"""with picked as materialized (
    select s.* from subscriptions s
     where s.tenant_id = current_tenant() and s.next_billing_at <= %(at)s
       and s.id <> all(%(but)s)
       and not coalesce((
         select exists (
             select from subscriptions o
              where o.tenant_id = s.tenant_id and o.customer_id = one.id {_SOONER})
           or exists (
             select from customers w
               join subscriptions o on o.tenant_id = w.tenant_id and o.customer_id = w.id
              where w.tenant_id = s.tenant_id and w.payer_id = one.id {_SOONER})
           from ({_WANTS_ONE}) as one), false)
     order by s.next_billing_at, s.id
     limit %(limit)s
       for no key update of s skip locked
)"""
_TAKE_DUE = (
    _PICKED + _WITH_BUYER.format(subscriptions="picked") + " order by s.next_billing_at, s.id"
)
_OF_ALL = _WITH_BUYER.format(subscriptions="subscriptions")
_TAKE_TOGETHER = (
    _OF_ALL
    + """
     where s.tenant_id = current_tenant() and s.next_billing_at = any(%s)
       and s.customer_id in (select w.id from customers w
                              where w.id = any(%s) or w.payer_id = any(%s))
       and s.id <> all(%s)
     order by s.next_billing_at, s.id
"""
)
_TAKE = (
    _OF_ALL
    + """
     where s.id = any(%s) and s.next_billing_at <= %s
     order by s.next_billing_at, s.id
       for no key update of s skip locked
"""
)
_READ = _OF_ALL + " where s.id = %s"


_SKIPPING = "for no key update of s skip locked"


class Picking:
    """Rows of COLUMNS, then what _WITH_BUYER adds to them; locked, but for those that are read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, at: datetime, *, limit: int, but: Sequence[UUID] = ()) -> list[TupleRow]:
        """Lock what is due by `at`, the longest due first; skip what others hold.

        Of what one invoice is to bill only the first is counted, and brings the others.
        """
        rows = self._rows(_TAKE_DUE, {"at": at, "but": list(but), "limit": limit})
        return [*rows, *self._together_with(rows, but, _SKIPPING)]

    def named(self, ids: Sequence[UUID], at: datetime, *, beside: bool = False) -> list[TupleRow]:
        """Lock these, where they are due by `at`; `beside`: and what falls due with them."""
        rows = self._rows(_TAKE, [list(ids), at])
        if not beside:
            return rows
        return [*rows, *self._together_with(rows, [], _SKIPPING)]

    def one(self, id: UUID) -> list[TupleRow]:
        """Read one."""
        return self._rows(_READ, [id])

    def one_with_others(self, id: UUID) -> list[TupleRow]:
        """Read one, and what falls due together with it."""
        rows = self.one(id)
        return sorted([*rows, *self._together_with(rows, [], "")], key=lambda row: row[0])

    def _together_with(
        self, rows: Sequence[TupleRow], but: Sequence[UUID], lock: str
    ) -> list[TupleRow]:
        """Return what falls due together with these, where who pays wants one invoice of it."""
        leads = [row for row in rows if row[_TOGETHER]]
        if not leads:
            return []
        instants = list({row[_DUE_AT] for row in leads})
        buyers = list({row[PAYER] or row[CUSTOMER] for row in leads})
        known = [*(row[0] for row in rows), *but]
        return self._rows(_TAKE_TOGETHER + lock, [instants, buyers, buyers, known])

    def _rows(self, sql: str, parameters: list[Any] | dict[str, Any]) -> list[TupleRow]:
        # In binary: ids, the most of it, are read in half the time.
        return self._connection.execute(sql, parameters, binary=True).fetchall()
