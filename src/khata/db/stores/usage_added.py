"""A batch of usage added: its events, the sums of their hours and marks, by one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from khata.core.metering import Aggregation, Property
from khata.core.usage import MOST_EVENTS, MeasuredEvent
from khata.db.columns import Columns, as_array, as_rows
from khata.db.rows import Connection

_COLUMNS: Final = (
    "transaction_id, customer_id, meter_id, at, value, properties, counted, measure, key,"
    " received_at"
)
# One statement, so that the rows of events go to and fro once. Every id is written before the
# first sum is touched, sums before different values, and those before marks, each in one order:
# batches wait for each other, and never in a circle.
_ADD = f"""
    with batch as materialized (
      select nextval('usage_batches') * {MOST_EVENTS} as first
    ), added as (
      insert into usage_events (tenant_id, {_COLUMNS}, position)
      select (select current_tenant()), {_COLUMNS}, (select first from batch) + arrived
        from (select {{rows}}) as given
      {{stored}}
      returning customer_id, meter_id, date_trunc('hour', at, 'UTC') as begins_at,
                at, position, counted, measure, key
    ), sums as (
      select customer_id, meter_id, begins_at,
             count(*) as events, sum(measure) as total, max(measure) as most
        from added where counted
       group by 1, 2, 3
    ), {{summed}}, different as (
      insert into usage_distinct as d
             (tenant_id, customer_id, meter_id, begins_at, key, events)
      select (select current_tenant()), customer_id, meter_id, begins_at, key, count(*)
        from added where key is not null and (select count(*) from summed) > 0
       group by 2, 3, 4, 5 order by 2, 3, 4, 5
      on conflict (tenant_id, customer_id, meter_id, begins_at, key) do update
         set events = d.events + excluded.events
      returning 1
    ), marked as (
      insert into usage_marks (tenant_id, subscription_id, marked_at)
      select (select current_tenant()), id, %s::timestamptz from subscriptions
       where customer_id in (select customer_id from sums) and usage_threshold is not null
         and status in ('active', 'past_due') and (select count(*) from different) >= 0
       order by id
      on conflict do nothing
    )
    select (select first from batch), (select count(*) from added),
           late.customer_id, late.meter_id, late.begins_at
      from (select 1) as one left join summed as late on late.held is null and late.levels
"""
_STORED = "on conflict (tenant_id, transaction_id) do nothing"
_SUMMED = """summed as (
      insert into usage_windows as w
             (tenant_id, customer_id, meter_id, begins_at, events, total, most)
      select (select current_tenant()), * from sums order by 2, 3, 4
      on conflict (tenant_id, customer_id, meter_id, begins_at) do update
         set events = w.events + excluded.events, total = w.total + excluded.total,
             most = greatest(w.most, excluded.most)
      returning customer_id, meter_id, begins_at, held, false as levels
    )"""
# Between two events the level of the first holds. What comes after all that an hour has is added
# to its end, as most events come in their order; where not, what it held is unknown by now.
_SUMMED_WITH_LEVELS = """pieces as (
      select *, lead(at) over (partition by customer_id, meter_id, begins_at
                               order by at, position) as next_at
        from added where counted and meter_id = any(%s::uuid[])
    ), levels as (
      select customer_id, meter_id, begins_at, min(at) as first_at, max(at) as last_at,
             coalesce(sum(measure * extract(epoch from next_at - at)), 0) as held,
             max(measure) filter (where next_at is null) as level
        from pieces group by 1, 2, 3
    ), summed as (
      insert into usage_windows as w (tenant_id, customer_id, meter_id, begins_at,
             events, total, most, first_at, last_at, held, level)
      select (select current_tenant()), s.*, l.first_at, l.last_at, l.held, l.level
        from sums s left join levels l using (customer_id, meter_id, begins_at)
       order by s.customer_id, s.meter_id, s.begins_at
      on conflict (tenant_id, customer_id, meter_id, begins_at) do update
         set events = w.events + excluded.events, total = w.total + excluded.total,
             most = greatest(w.most, excluded.most),
             first_at = coalesce(w.first_at, excluded.first_at), last_at = excluded.last_at,
             held = case when w.last_at < excluded.first_at then w.held + excluded.held
                    + w.level * extract(epoch from excluded.first_at - w.last_at) end,
             level = excluded.level
      returning customer_id, meter_id, begins_at, held, first_at is not null as levels
    )"""


class Hour(NamedTuple):
    """One row of usage_windows; they are locked in this order."""

    customer_id: UUID
    meter_id: UUID
    begins_at: datetime


@dataclass(frozen=True, slots=True)
class Added:
    """How many events were new, the first position of the batch, and the hours of levels in which
    an event came late: what they held is to be read anew (see usage_windows.py)."""

    count: int
    first: int
    late: Sequence[Hour]


def add_usage(
    connection: Connection, events: Sequence[MeasuredEvent], at: datetime, *, all_new: bool
) -> Added:
    """Add the events whose id is new; nobody else's row is touched by what is there already.

    What is counted is in the sums and different values of its hour then, and the subscriptions
    that are billed early once usage comes to a threshold are marked. Where `all_new` is presumed
    each row is spared a look for its id and a second record in the log.
    Raises: psycopg's UniqueViolation, where `all_new` is wrong; ForeignKeyViolation.
    """
    rows, arguments = _spelled(events, at)
    meters = {one.event.meter.id: one.event.meter.aggregation for one in events}
    levels = [id for id, rule in meters.items() if rule is Aggregation.WEIGHTED_SUM]
    if levels:
        arguments.append(as_array(levels))
    statement = _ADD.format(
        rows=rows,
        stored="" if all_new else _STORED,
        summed=_SUMMED_WITH_LEVELS if levels else _SUMMED,
    )
    found = connection.execute(statement, [*arguments, at.isoformat()]).fetchall()
    first, count, *_ = found[0]
    return Added(count, first, [Hour(*row[2:]) for row in found if row[2] is not None])


def _spelled(events: Sequence[MeasuredEvent], at: datetime) -> tuple[str, list[Any]]:
    """Spell the events in the order of their ids, each with its place in the batch."""
    ids = [one.event.transaction_id for one in events]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    measured = [events[place] for place in order]
    sent = [one.event for one in measured]
    columns: Columns = {
        "transaction_id": ("text", [one.transaction_id for one in sent]),
        "customer_id": ("uuid", [one.customer_id for one in sent]),
        "meter_id": ("uuid", [one.meter.id for one in sent]),
        "at": ("timestamptz", [one.at for one in sent]),
        "value": ("numeric", [_as_number(one.value) for one in sent]),
        "properties": ("jsonb", [_as_object(one.properties) for one in sent]),
        "counted": ("boolean", [one.counted for one in measured]),
        "measure": ("numeric", [str(one.measure) for one in measured]),
        "key": ("text", [one.key for one in measured]),
        "received_at": ("timestamptz", [at] * len(sent)),
        "arrived": ("integer", order),
    }
    return as_rows(columns)


def _as_number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _as_object(properties: Mapping[str, Property]) -> str:
    return orjson.dumps(properties).decode() if properties else "{}"
