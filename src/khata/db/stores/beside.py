"""What stands beside the subscriptions of a batch: mostly nothing, which one look says."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from khata.core.waiting import ITEMS
from khata.db.columns import as_array
from khata.db.rows import Connection

_CHANGES, _WAITING, _DISCOUNTS, _FUNDS = range(4)
# Each part is a look-up of an index; most of these hold only what is not over yet.
_LOOK = f"""
    select {_CHANGES}, subscription_id from scheduled_changes
     where tenant_id = current_tenant() and subscription_id = any(%(subscriptions)s::uuid[])
       and status = 'scheduled' and kind = '{ITEMS}'
    union all
    select {_WAITING}, customer_id from invoice_items
     where tenant_id = current_tenant() and customer_id = any(%(customers)s::uuid[])
       and invoice_id is null and withdrawn_at is null
    union all
    select {_DISCOUNTS}, subscription_id from discounts
     where subscription_id = any(%(subscriptions)s::uuid[]) and ended_at is null
    union all
    select {_DISCOUNTS}, customer_id from discounts
     where customer_id = any(%(customers)s::uuid[]) and subscription_id is null
       and ended_at is null
    union all
    select {_FUNDS}, customer_id from credit_balances
     where customer_id = any(%(customers)s::uuid[]) and amount > 0
    union all
    select {_FUNDS}, customer_id from wallets
     where customer_id = any(%(customers)s::uuid[]) and balance > 0
"""


@dataclass(frozen=True, slots=True)
class Beside:
    """Who has something that lies in a table of its own: only of these it is read.

    `changes` are subscriptions, `waiting` and `funds` are customers, `discounts` are of both.
    """

    changes: frozenset[UUID]
    waiting: frozenset[UUID]
    discounts: frozenset[UUID]
    funds: frozenset[UUID]


def look_beside(
    connection: Connection, subscriptions: Collection[UUID], customers: Collection[UUID]
) -> Beside:
    """Say which of these have anything.

    The subscriptions are locked, and this is a statement of its own: so it sees what was added by
    whoever held them before.
    """
    which = {
        "subscriptions": as_array(list(subscriptions)),
        "customers": as_array(list(customers)),
    }
    found: tuple[set[UUID], ...] = (set(), set(), set(), set())
    for kind, id in connection.execute(_LOOK, which).fetchall():
        found[kind].add(id)
    return Beside(*(frozenset(ids) for ids in found))
