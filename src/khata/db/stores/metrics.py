"""The store of MRR: one row for each day on which a customer's changed."""

import json
from collections.abc import Sequence

import psycopg
from psycopg.rows import TupleRow

from khata.core.metrics import MrrChange

# Several subscriptions of one customer may change in several transactions at once; each waits
# for the other here, and the statement after it then sees what the other wrote.
_LOCK = "select 1 from customers where id = any(%s) order by id for no key update"

# A day's row says what the MRR was before and after it. A change shifts its own day's `after`
# and both figures of every later day, so that a change that comes late leaves no gap.
_CHANGE = """
with said as (
  select customer_id, currency, day, sum(delta)::bigint as delta,
         (array_agg(reason order by position desc))[1] as reason
    from json_to_recordset(%s) as c(
      position integer, customer_id uuid, currency text, day date, delta bigint, reason text)
   group by customer_id, currency, day
), touched as (
  select customer_id, currency, day from said
  union
  select later.customer_id, later.currency, later.day
    from (select customer_id, currency, min(day) as first from said group by 1, 2) s
    join mrr_days later using (customer_id, currency)
   where later.day > s.first
)
insert into mrr_days (customer_id, currency, day, before, after, reason)
select t.customer_id, t.currency, t.day,
       coalesce(own.before, earlier.after, 0) + coalesce(shift.until, 0),
       coalesce(own.after, earlier.after, 0) + coalesce(shift.until, 0) + coalesce(s.delta, 0),
       coalesce(s.reason, own.reason)
  from touched t
  left join said s using (customer_id, currency, day)
  left join mrr_days own using (customer_id, currency, day)
  left join lateral (
    select e.after from mrr_days e
     where e.customer_id = t.customer_id and e.currency = t.currency and e.day < t.day
     order by e.day desc limit 1) earlier on true
  left join lateral (
    select sum(x.delta)::bigint as until from said x
     where x.customer_id = t.customer_id and x.currency = t.currency and x.day < t.day
  ) shift on true
on conflict (tenant_id, customer_id, currency, day) do update
   set before = excluded.before, after = excluded.after, reason = excluded.reason
"""


class Metrics:
    """Writes the days on which MRR changed; `khata.db.reads.metrics` tells them."""

    def __init__(self, connection: psycopg.Connection[TupleRow]) -> None:
        self._connection = connection

    def change(self, changes: Sequence[MrrChange]) -> None:
        """Book changes of MRR, in any order and number; those of one day add up to one row."""
        moved = [change for change in changes if change.delta]
        if not moved:
            return
        rows = [
            {
                "position": position,
                "customer_id": str(change.customer_id),
                "currency": change.currency,
                "day": change.day.isoformat(),
                "delta": change.delta,
                "reason": change.reason,
            }
            for position, change in enumerate(moved)
        ]
        customers = sorted({change.customer_id for change in moved})
        self._connection.execute(_LOCK, [customers])
        self._connection.execute(_CHANGE, [json.dumps(rows)])
