"""Sums of usage by the hour, where adding does not do: levels out of order, and voids."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.core.metering import Aggregation, hour_of
from khata.db.columns import as_array
from khata.db.rows import Connection
from khata.db.stores.usage_added import Hour
from khata.db.stores.usage_events import StoredUsageEvent

_IS = "customer_id = %s and meter_id = %s and begins_at = %s"
# Between two events the level of the first holds: from the first event of the hour to its last.
_RECOMPUTE = """
    with hours as (
      select * from unnest(%(customers)s::uuid[], %(meters)s::uuid[], %(begins)s::timestamptz[])
             as h (customer_id, meter_id, begins_at)
    ), pieces as (
      select h.*, e.*
        from hours h cross join lateral (
             select e.at, e.measure, lead(e.at) over (order by e.at, e.position) as next_at
               from usage_events e
              where e.customer_id = h.customer_id and e.meter_id = h.meter_id
                and e.at >= h.begins_at and e.at < h.begins_at + interval '1 hour'
                and e.counted and e.voided_at is null) as e
    ), sums as (
      select customer_id, meter_id, begins_at, count(*) as events, sum(measure) as total,
             max(measure) as most, min(at) as first_at, max(at) as last_at,
             coalesce(sum(measure * extract(epoch from next_at - at)), 0) as held,
             max(measure) filter (where next_at is null) as level
        from pieces group by 1, 2, 3
    )
    update usage_windows w
       set events = s.events, total = s.total, most = s.most,
           first_at = case when %(levels)s then s.first_at end,
           last_at = case when %(levels)s then s.last_at end,
           held = case when %(levels)s then s.held end,
           level = case when %(levels)s then s.level end
      from sums s
     where w.customer_id = s.customer_id and w.meter_id = s.meter_id
       and w.begins_at = s.begins_at
"""


class UsageWindows:
    """Tables usage_windows and usage_distinct, written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_levels(self, hours: Sequence[Hour]) -> None:
        """Let hours of levels in which events came late be what all their events come to.

        Their rows are locked: adding the events (see usage_added.py) did so.
        """
        if hours:
            self._recompute(sorted(hours), levels=True)

    def take_out(self, event: StoredUsageEvent, aggregation: Aggregation) -> None:
        """Let the event's hour be as if the event had never been; it is void already."""
        hour = _hour(event.customer_id, event.meter_id, event.at)
        self._connection.execute(f"select 1 from usage_windows where {_IS} for no key update", hour)
        # Another statement, so that what came in while this waited is seen.
        if not self._recompute([hour], levels=aggregation is Aggregation.WEIGHTED_SUM):
            self._connection.execute(f"delete from usage_windows where {_IS}", hour)
        if event.key is not None:
            key = (*hour, event.key)
            self._connection.execute(
                f"update usage_distinct set events = events - 1 where {_IS} and key = %s", key
            )
            self._connection.execute(
                f"delete from usage_distinct where {_IS} and key = %s and events <= 0", key
            )

    def _recompute(self, hours: Sequence[Hour], *, levels: bool) -> int:
        """Read the sums of these hours anew from their events, and say how many have any."""
        customers, meters, begins = _arrays(hours)
        return self._connection.execute(
            _RECOMPUTE,
            {"customers": customers, "meters": meters, "begins": begins, "levels": levels},
        ).rowcount


def _hour(customer_id: UUID, meter_id: UUID, at: datetime) -> Hour:
    return Hour(customer_id, meter_id, hour_of(at))


def _arrays(rows: Sequence[Sequence[Any]]) -> list[str]:
    return [as_array(column) for column in zip(*rows, strict=True)]
