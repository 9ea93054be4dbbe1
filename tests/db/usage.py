"""A shop whose customers use something: meters, events, and what they come to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from khata.core.ids import new_id
from khata.core.metering import (
    Aggregation,
    Measure,
    Meter,
    Property,
    PropertyFilter,
    Stretch,
)
from khata.db.stores.usage_measures import ToMeasure
from khata.usecases.usage.create_meter import CreateMeter, create_meter
from khata.usecases.usage.record_usage import Receipt, RecordUsage, SentEvent, record_usage
from khata.usecases.usage.void_usage import VoidUsage, void_usage
from tests.db.shop import NOON, Shop


class Usage:
    """What the customers of a shop use; events are sent at `now`."""

    def __init__(self, shop: Shop, *, now: datetime = NOON) -> None:
        self.shop, self.now = shop, now

    def meter(
        self,
        aggregation: str,
        *,
        field: str | None = None,
        resets: bool = True,
        filters: Mapping[str, Sequence[str]] | None = None,
    ) -> Meter:
        id = new_id(NOON)
        meter = Meter(
            id,
            f"{aggregation}-{id.hex}",
            aggregation,
            Aggregation(aggregation),
            field,
            tuple(PropertyFilter(name, tuple(of)) for name, of in (filters or {}).items()),
            resets,
            NOON,
        )
        return create_meter(CreateMeter(self.shop.tenant, meter), db=self.shop.db)

    def sends(self, *events: SentEvent) -> Receipt:
        command = RecordUsage(self.shop.tenant, self.now, events)
        return record_usage(command, db=self.shop.db)

    def voids(self, transaction_id: str) -> None:
        void_usage(VoidUsage(self.shop.tenant, transaction_id, self.now), db=self.shop.db)

    def measures(self, meter: Meter, customer: UUID, stretches: Sequence[Stretch]) -> list[Measure]:
        """What the store says of each stretch."""
        asked = [ToMeasure(new_id(NOON), customer, meter, one, each=True) for one in stretches]
        with self.shop.db.transaction(self.shop.tenant) as uow:
            found = uow.usage_measures.of(asked)
        return [found[one.id] for one in asked]

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            return uow.connection.execute(sql.encode(), parameters).fetchall()

    def kept(self) -> list[tuple[Any, ...]]:
        """All sums of hours, and all different values with how often each was."""
        windows = self.rows(
            "select customer_id, meter_id, begins_at, events, total, most, first_at, last_at,"
            " held, level from usage_windows order by 1, 2, 3"
        )
        return windows + self.rows(
            "select customer_id, meter_id, begins_at, key, events from usage_distinct"
            " order by 1, 2, 3, 4"
        )

    def as_if_read(self) -> list[tuple[Any, ...]]:
        """The same, made anew from every event that counts."""
        windows = self.rows(_WINDOWS)
        return windows + self.rows(_DISTINCT)


_COUNTED = """(select e.*, date_trunc('hour', e.at) as hour, m.aggregation
    from usage_events e join meters m on m.id = e.meter_id
    where e.counted and e.voided_at is null)"""
_WINDOWS = f"""
    select customer_id, meter_id, hour, count(*), sum(measure), max(measure),
           min(at) filter (where levels), max(at) filter (where levels),
           case when levels then coalesce(sum(measure * extract(epoch from until - at)), 0) end,
           (array_agg(measure order by at desc, position desc) filter (where levels))[1]
      from (select *, aggregation = 'weighted_sum' as levels,
                   lead(at) over (partition by customer_id, meter_id, hour order by at, position)
                     as until
              from {_COUNTED} c) p
     group by customer_id, meter_id, hour, levels order by 1, 2, 3
"""
_DISTINCT = f"""
    select customer_id, meter_id, hour, key, count(*) from {_COUNTED} c where key is not null
     group by 1, 2, 3, 4 order by 1, 2, 3, 4
"""


def event(
    id: str,
    customer: UUID,
    meter: Meter | str,
    at: datetime,
    value: str | None = None,
    **properties: Property,
) -> SentEvent:
    return SentEvent(
        id,
        customer,
        meter.id if isinstance(meter, Meter) else meter,
        at,
        None if value is None else Decimal(value),
        properties,
    )


def ago(**length: Any) -> datetime:
    return NOON - timedelta(**length)
