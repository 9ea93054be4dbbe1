"""What usage comes to over stretches of time: whole hours from their sums, the rest from events.

It is what `aggregated` of the core makes of the same events, for any number of stretches in one
statement for each way to count, and without reading the events of hours that lie wholly inside.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from khata.core.metering import HOUR, Aggregation, Measure, Meter, Piece, Stretch, hour_of, weighted
from khata.db.columns import as_array
from khata.db.rows import Connection

BEGINNING = "-infinity"  # of time: what is carried has no other

_COUNTED = "e.counted and e.voided_at is null"
_OF_EVENT = "e.customer_id = a.customer_id and e.meter_id = a.meter_id"
# Whole hours [hours_from, hours_until), and what is left of the stretch before and after them.
_ASKED = """
    with asked as not materialized (
      select * from unnest(%(ids)s::uuid[], %(customers)s::uuid[], %(meters)s::uuid[],
                           %(froms)s::timestamptz[], %(untils)s::timestamptz[],
                           %(hours_from)s::timestamptz[], %(hours_until)s::timestamptz[],
                           %(carried)s::boolean[])
             as a (id, customer_id, meter_id, from_at, until_at, hours_from, hours_until, carried)
    ), edges as not materialized (
      select id, customer_id, meter_id, carried, from_at, hours_from as until_at from asked
       where from_at < hours_from
      union all
      select id, customer_id, meter_id, carried, hours_until, until_at from asked
       where hours_until < until_at
    )
"""
# `offset 0` keeps the planner from reading all of a tenant's rows for a few stretches at once.
_HOURS = """
      from asked a cross join lateral (
           select w.* from {table} w
            where w.customer_id = a.customer_id and w.meter_id = a.meter_id
              and w.begins_at >= a.hours_from and w.begins_at < a.hours_until offset 0) as w
"""
_INSIDE = f"""cross join lateral (
           select e.at, e.position, e.measure, e.key from usage_events e
            where {_OF_EVENT} and e.at >= a.from_at and e.at < a.until_at and {_COUNTED}
           offset 0) as e
"""
_EDGES = f"from edges a {_INSIDE}"
_SUMS = f"""{_ASKED}
    select id, sum(events), sum(total), max(most)
      from (select a.id, w.events, w.total, w.most {_HOURS.format(table="usage_windows")}
            union all
            select a.id, 1, e.measure, e.measure {_EDGES}) as parts
     group by id
"""
_UNIQUE = f"""{_ASKED}
    select id, count(distinct key)
      from (select a.id, w.key {_HOURS.format(table="usage_distinct")}
            union all
            select a.id, e.key {_EDGES}) as parts
     group by id
"""
_LATEST = f"""{_ASKED}
    select a.id, last.measure
      from asked a cross join lateral (
           select e.measure from usage_events e
            where {_OF_EVENT} and e.at >= a.from_at and e.at < a.until_at and {_COUNTED}
            order by e.at desc, e.position desc limit 1) as last
"""
# The level at the beginning comes as a piece that ends there.
_PIECES = f"""{_ASKED}
    select a.id, a.from_at as begins_at, a.from_at as ends_at, 0::numeric as held,
           last.measure as level, -1::bigint as position
      from asked a cross join lateral (
           select e.measure from usage_events e
            where {_OF_EVENT} and e.at < a.from_at and {_COUNTED}
            order by e.at desc, e.position desc limit 1) as last
     where a.carried
    union all
    select a.id, w.first_at, w.last_at, w.held, w.level, 0 {_HOURS.format(table="usage_windows")}
    union all
    select a.id, e.at, e.at, 0, e.measure, e.position {_EDGES}
     order by begins_at, position
"""
_EACH = f"""{_ASKED}
    select a.id, array_agg(e.measure order by e.at, e.position)
      from asked a {_INSIDE}
     group by a.id
"""


@dataclass(frozen=True, slots=True)
class ToMeasure:
    """What is asked: `id` is the caller's own key; `each` asks for the events one by one too."""

    id: UUID
    customer_id: UUID
    meter: Meter
    stretch: Stretch
    each: bool = False


class UsageMeasures:
    """Tables usage_windows, usage_distinct and usage_events, read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, asked: Sequence[ToMeasure]) -> dict[UUID, Measure]:
        """Return what was used in each stretch; exact, and zero where nothing was.

        The events one by one are those inside the stretch, also where a sum is carried into it.
        """
        by_way: defaultdict[str, list[ToMeasure]] = defaultdict(list)
        for one in asked:
            by_way[_WAYS[one.meter.aggregation]].append(one)
        usage: dict[UUID, Fraction] = {}
        for way, some in by_way.items():
            usage |= self._weighted(some) if way is _PIECES else self._read(way, some)
        each = self._each([one for one in asked if one.each])
        return {
            one.id: Measure(usage.get(one.id, Fraction(0)), each.get(one.id, ())) for one in asked
        }

    def _read(self, way: str, asked: Sequence[ToMeasure]) -> dict[UUID, Fraction]:
        rows = self._rows(way, asked, since_ever=True)
        found = {id: values for id, *values in rows}
        return {
            one.id: Fraction(found[one.id][_COLUMN.get(one.meter.aggregation, 0)])
            for one in asked
            if one.id in found
        }

    def _weighted(self, asked: Sequence[ToMeasure]) -> dict[UUID, Fraction]:
        pieces: defaultdict[UUID, list[Piece]] = defaultdict(list)
        for id, *piece, _ in self._rows(_PIECES, asked):
            pieces[id].append(Piece(*piece))
        return {one.id: weighted(pieces[one.id], one.stretch, Decimal(0)) for one in asked}

    def _each(self, asked: Sequence[ToMeasure]) -> dict[UUID, tuple[Decimal, ...]]:
        return {id: tuple(measures) for id, measures in self._rows(_EACH, asked)}

    def _rows(
        self, way: str, asked: Sequence[ToMeasure], *, since_ever: bool = False
    ) -> Iterable[Sequence[Any]]:
        if not asked:
            return ()
        return self._connection.execute(way, _arguments(asked, since_ever=since_ever)).fetchall()


_WAYS = {
    Aggregation.SUM: _SUMS,
    Aggregation.COUNT: _SUMS,
    Aggregation.MAX: _SUMS,
    Aggregation.UNIQUE: _UNIQUE,
    Aggregation.LATEST: _LATEST,
    Aggregation.WEIGHTED_SUM: _PIECES,
}
_COLUMN = {Aggregation.COUNT: 0, Aggregation.SUM: 1, Aggregation.MAX: 2}


def _arguments(asked: Sequence[ToMeasure], *, since_ever: bool) -> dict[str, str]:
    """Spell the stretches; `since_ever` lets those that are carried begin with all time."""
    spans = [_hours(one.stretch, since_ever=since_ever and not one.meter.resets) for one in asked]
    columns: dict[str, list[Any]] = {
        "ids": [one.id for one in asked],
        "customers": [one.customer_id for one in asked],
        "meters": [one.meter.id for one in asked],
        "froms": [span[0] for span in spans],
        "untils": [one.stretch.ends for one in asked],
        "hours_from": [span[1] for span in spans],
        "hours_until": [span[2] for span in spans],
        "carried": [not one.meter.resets for one in asked],
    }
    return {name: as_array(values) for name, values in columns.items()}


def _hours(
    stretch: Stretch, *, since_ever: bool
) -> tuple[datetime | str, datetime | str, datetime]:
    """Return where the stretch begins, and its first and last edge between hours.

    Without an edge inside it all of it is what is left before the hours.
    """
    last = hour_of(stretch.ends)
    if since_ever:
        return BEGINNING, BEGINNING, last
    first = hour_of(stretch.begins)
    if first < stretch.begins:
        first += HOUR
    if first > last:
        return stretch.begins, stretch.ends, stretch.ends
    return stretch.begins, first, last
