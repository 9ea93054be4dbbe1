"""Usage periods as rows, and what was measured of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.catalog import Item
from khata.core.metering import Measure, Meter, Stretch
from khata.core.periods import Period
from khata.core.price_json import read_terms
from khata.core.price_terms import PriceModel
from khata.core.tax.nature import TaxClass
from khata.core.usage_periods import SETTLED_AFTER, Metered, UsagePeriod
from khata.db.rows import Connection, as_json
from khata.db.stores.meters import Meters
from khata.db.stores.usage_measures import ToMeasure, UsageMeasures

_OPEN = """
    select u.id, u.subscription_id, u.customer_id, u.item_id, u.plan_id, u.price_id, u.meter_id,
           u.begins_at, u.ends_at, u.period_start, u.period_end, u.full_start, u.full_end,
           u.minimum, u.billed, u.quantity, u.settled, u.created_at,
           coalesce(i.position, 0) as position, coalesce(i.quantity, 1) as units,
           p.name, d.tax_code, d.tax_class, r.model, r.amount, r.terms::text as terms
      from usage_periods u
      join plans p on p.tenant_id = u.tenant_id and p.id = u.plan_id
      join products d on d.tenant_id = p.tenant_id and d.id = p.product_id
      join prices r on r.tenant_id = u.tenant_id and r.id = u.price_id
      left join subscription_items i on i.tenant_id = u.tenant_id and i.id = u.item_id
     where u.tenant_id = current_tenant() and u.subscription_id = any(%s) and not u.settled
     order by u.subscription_id, position, u.begins_at, u.id
"""
_STORE = """
    insert into usage_periods ({names})
    select {names} from json_populate_recordset(null::usage_periods, %s::json)
    on conflict (tenant_id, id) do update set ({changing}) = row({excluded})
"""
_WATCH = """
    insert into usage_marks (subscription_id, marked_at)
    select subscription_id, max(ends_at) + %(settled_after)s from usage_periods
     where tenant_id = current_tenant() and subscription_id = any(%(ids)s)
       and not settled and ends_at is not null
     group by subscription_id
    having max(ends_at) + %(settled_after)s > %(at)s
     order by subscription_id
    on conflict (tenant_id, subscription_id) do update set marked_at = excluded.marked_at
"""
_CHANGING = (
    "ends_at",
    "period_end",
    "full_start",
    "full_end",
    "minimum",
    "billed",
    "quantity",
    "settled",
)


class UsagePeriods:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def metered(self, until: Mapping[UUID, datetime]) -> dict[UUID, tuple[Metered, ...]]:
        """Return what is not settled of these subscriptions, measured.

        What runs is measured until the instant that is given for its subscription.
        """
        rows = self._open(list(until))
        if not rows:
            return {}
        meters = Meters(self._connection).by_ids({row.meter_id for row in rows})
        asked = [
            _to_measure(row, meters[row.meter_id], row.ends or until[row.subscription_id])
            for row in rows
        ]
        # What begins no sooner than it is looked at has seen nothing yet.
        measured = UsageMeasures(self._connection).of(
            [one for one in asked if one.stretch.begins < one.stretch.ends]
        )
        found: dict[UUID, tuple[Metered, ...]] = {}
        for row in rows:
            one = Metered(row, meters[row.meter_id], measured.get(row.id, NOTHING))
            found[row.subscription_id] = (*found.get(row.subscription_id, ()), one)
        return found

    def store(self, periods: Sequence[UsagePeriod]) -> None:
        """Write stretches as they become; of one that is there, only its end and what follows."""
        rows = [_row(one) for one in periods]
        if not rows:
            return
        statement = _STORE.format(
            names=", ".join(rows[0]),
            changing=", ".join(_CHANGING),
            excluded=", ".join(f"excluded.{name}" for name in _CHANGING),
        )
        self._connection.execute(statement, [as_json(rows)])

    def watch(self, subscriptions: Sequence[UUID], at: datetime) -> None:
        """Mark these for when what is known of the usage that was billed of them is settled."""
        named = {"ids": list(subscriptions), "settled_after": SETTLED_AFTER, "at": at}
        self._connection.execute(_WATCH, named)

    def _open(self, subscriptions: list[UUID]) -> list[UsagePeriod]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return [_period(row) for row in cursor.execute(_OPEN, [subscriptions]).fetchall()]


NOTHING = Measure(Fraction(0))


def _to_measure(row: UsagePeriod, meter: Meter, until: datetime) -> ToMeasure:
    assert row.item.terms is not None
    each = row.item.terms.model is PriceModel.PERCENTAGE
    return ToMeasure(row.id, row.customer_id, meter, Stretch(row.begins, until), each)


def _period(row: dict[str, Any]) -> UsagePeriod:
    item = Item(
        row["item_id"],
        row["position"],
        row["plan_id"],
        row["price_id"],
        row["name"],
        row["tax_code"],
        PriceModel(row["model"]),
        row["amount"],
        row["units"],
        read_terms(row["terms"]),
        TaxClass(row["tax_class"]),
    )
    ended = row["ends_at"] is not None
    return UsagePeriod(
        row["id"],
        row["subscription_id"],
        row["customer_id"],
        item,
        row["meter_id"],
        row["begins_at"],
        row["period_start"],
        row["created_at"],
        row["ends_at"],
        Period(row["period_start"], row["period_end"]) if ended else None,
        Period(row["full_start"], row["full_end"]) if ended else None,
        row["minimum"],
        row["billed"],
        row["quantity"],
        row["settled"],
    )


def _row(one: UsagePeriod) -> dict[str, Any]:
    return {
        "id": one.id,
        "subscription_id": one.subscription_id,
        "customer_id": one.customer_id,
        "item_id": one.item.id,
        "plan_id": one.item.plan_id,
        "price_id": one.item.price_id,
        "meter_id": one.meter_id,
        "begins_at": one.begins,
        "ends_at": one.ends,
        "period_start": one.starts_on,
        "period_end": one.period.end if one.period else None,
        "full_start": one.full.start if one.full else None,
        "full_end": one.full.end if one.full else None,
        "minimum": one.minimum,
        "billed": one.billed,
        "quantity": one.quantity,
        "settled": one.settled,
        "created_at": one.created_at,
    }
