"""What customers have: one row each, decided anew in the transaction of whatever changes it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from khata.core.catalog import Item
from khata.core.entitlements import (
    Combine,
    Entitled,
    FeatureType,
    Grant,
    Held,
    decide_entitlements,
    value_of,
)
from khata.core.events import EntitlementsChanged
from khata.core.subscription import Status
from khata.db.rows import Connection, as_json
from khata.db.stores.events import Events

PORTION = 1000  # so many customers are decided at a time when a plan's own terms change

# Customers come last in the order of locks, and each batch locks them in one order. Two changes
# of one customer wait for each other here, and the later sees what the earlier wrote.
_LOCK = "select 1 from customers where id = any(%s) order by id for no key update"

_GRANTS = """
    select s.customer_id, f.code, f.type, f.combine, f.unit, f.meter, e.value, e.per_unit,
           e.while_paused, e.guards_use, i.quantity, s.id, s.status
      from subscriptions s
      join subscription_items i on i.tenant_id = s.tenant_id and i.subscription_id = s.id
      join plan_entitlements e on e.tenant_id = i.tenant_id and e.plan_id = i.plan_id
      join features f on f.tenant_id = e.tenant_id and f.id = e.feature_id
     where s.customer_id = any(%s) and s.status <> 'canceled'
     order by s.id, i.position
"""
_OF_PLANS = """
    select e.plan_id, f.code, f.type, f.combine, f.unit, f.meter, e.value, e.per_unit,
           e.while_paused, e.guards_use
      from plan_entitlements e join features f on f.tenant_id = e.tenant_id and f.id = e.feature_id
     where e.plan_id = any(%s)
"""
_WRITE = """
    insert into customer_entitlements as e (customer_id, version, held, changed_at)
    select customer_id, 1, held, %(at)s
      from json_to_recordset(%(rows)s) as r (customer_id uuid, held jsonb)
    on conflict (tenant_id, customer_id) do update
       set held = excluded.held, version = e.version + 1, changed_at = excluded.changed_at
    returning customer_id, version
"""


class Entitlements:
    """Table customer_entitlements."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, customer_id: UUID) -> Entitled | None:
        """Return what a customer has, from its one row, or None where nothing was ever written."""
        row = self._connection.execute(
            "select version, held, used, changed_at from customer_entitlements"
            " where customer_id = %s",
            [customer_id],
        ).fetchone()
        if row is None:
            return None
        version, held, used, changed_at = row
        spelled = {code: Held.of(stored) for code, stored in held.items()}
        return Entitled(customer_id, version, spelled, used, changed_at)

    def settle(
        self, customers: Iterable[UUID], at: datetime, *, beside: Iterable[UUID] = ()
    ) -> None:
        """Decide anew what these customers have, and write and tell what has changed.

        Whoever changes a subscription's state or items calls it after that is written. `beside`
        are customers that this transaction locks later on: they are locked now, in one order.
        For nobody it costs nothing. It asks whether any plan gives something only after the
        lock: a plan that begins to give meanwhile has been waited for, or waits for this.
        """
        touched = set(customers)
        if not touched:
            return
        self._connection.execute(_LOCK, [sorted(touched | set(beside))])
        if self._any_given():
            self._settle_held(touched, at)

    def settle_plan(self, plan_id: UUID, at: datetime) -> None:
        """Decide anew for all who have a plan. The caller holds the plan's row."""
        found = self._connection.execute(
            "select distinct s.customer_id from subscription_items i"
            " join subscriptions s on s.tenant_id = i.tenant_id and s.id = i.subscription_id"
            " where i.plan_id = %s and s.status <> 'canceled' order by 1",
            [plan_id],
        ).fetchall()
        customers = [row[0] for row in found]
        for first in range(0, len(customers), PORTION):
            some = customers[first : first + PORTION]
            self._connection.execute(_LOCK, [some])
            self._settle_held(some, at)

    def use(self, customer_id: UUID, code: str, used: int) -> None:
        """Note how much of a feature is in use. The caller holds the customer's row."""
        self._connection.execute(
            "insert into customer_entitlements as e (customer_id, version, held, used)"
            " values (%s, 0, '{}', %s)"
            " on conflict (tenant_id, customer_id) do update set used = e.used || excluded.used",
            [customer_id, Jsonb({code: used})],
        )

    def grants_of(self, customers: Collection[UUID]) -> dict[UUID, list[Grant]]:
        """Return what the plans of these customers' subscriptions give, served or not."""
        found: defaultdict[UUID, list[Grant]] = defaultdict(list)
        for row in self._connection.execute(_GRANTS, [list(customers)]):
            found[row[0]].append(_grant(row[1:10], row[10], row[11], Status(row[12])))
        return found

    def grants_by(
        self, items: Sequence[Item], subscription_id: UUID, status: Status
    ) -> list[Grant]:
        """Return what these items would give, as the plans are now."""
        given: defaultdict[UUID, list[TupleRow]] = defaultdict(list)
        for row in self._connection.execute(_OF_PLANS, [[item.plan_id for item in items]]):
            given[row[0]].append(row[1:])
        return [
            _grant(row, item.quantity, subscription_id, status)
            for item in items
            for row in given[item.plan_id]
        ]

    def _any_given(self) -> bool:
        """Say whether a plan gives something, or somebody has what was given."""
        row = self._connection.execute(
            "select exists (select from plan_entitlements)"
            " or exists (select from customer_entitlements where held <> '{}')"
        ).fetchone()
        return row is not None and row[0]

    def _settle_held(self, customers: Collection[UUID], at: datetime) -> None:
        """Alone after the lock, so that what is read is as it is after the wait."""
        grants = self.grants_of(customers)
        before: dict[UUID, Any] = dict(
            self._connection.execute(
                "select customer_id, held from customer_entitlements where customer_id = any(%s)",
                [list(customers)],
            ).fetchall()
        )
        changed: list[dict[str, Any]] = []
        for customer in sorted(customers):
            decided = decide_entitlements(grants.get(customer, ()))
            held = {code: one.told() for code, one in decided.items()}
            if held != before.get(customer, {}):
                changed.append({"customer_id": customer, "held": held})
        if not changed:
            return
        written = self._connection.execute(_WRITE, {"rows": as_json(changed), "at": at}).fetchall()
        Events(self._connection).add(
            [EntitlementsChanged(customer, version) for customer, version in sorted(written)], at
        )


def _grant(row: Sequence[Any], quantity: int, subscription_id: UUID, status: Status) -> Grant:
    code, type, combine, unit, meter, value, per_unit, while_paused, guards_use = row
    return Grant(
        code,
        FeatureType(type),
        Combine(combine),
        unit,
        meter,
        value_of(value),
        per_unit,
        while_paused,
        guards_use,
        quantity,
        subscription_id,
        status,
    )
