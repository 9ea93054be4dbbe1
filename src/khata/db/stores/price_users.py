"""Who uses which version of a plan's prices."""

from collections.abc import Sequence
from uuid import UUID

from khata.core.catalog import Price
from khata.db.rows import Connection
from khata.db.stores.catalog import PRICE_FIELDS, price_of_row

# What has the price already, or will have it by a change that waits, needs no migration; nor has
# a customer's own price anything to do with the plan's.
_BEHIND = """
    select s.id from subscriptions s
     where s.tenant_id = current_tenant() and s.status <> 'canceled' and s.id > %s
       and exists (select from subscription_items i
                     join prices r on r.tenant_id = i.tenant_id and r.id = i.price_id
                    where i.tenant_id = s.tenant_id and i.subscription_id = s.id
                      and i.plan_id = %s and r.customer_id is null
                      and r.currency = any(%s) and not r.id = any(%s))
       and not exists (select from scheduled_changes c, jsonb_array_elements(c.wish -> 'items') w
                        where c.tenant_id = s.tenant_id and c.subscription_id = s.id
                          and c.status = 'scheduled' and c.kind = 'items'
                          and (w ->> 'price')::uuid = any(%s))
     order by s.id limit %s
"""


class PriceUsers:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def behind(
        self, plan_id: UUID, targets: Sequence[Price], *, after: UUID, limit: int
    ) -> list[UUID]:
        """Return subscriptions that have another version of the plan than these, by id."""
        ids = [price.id for price in targets]
        rows = self._connection.execute(
            _BEHIND,
            [after, plan_id, [price.currency for price in targets], ids, ids, limit],
        )
        return [row[0] for row in rows]

    def version(self, plan_id: UUID, currency: str, version: int) -> Price | None:
        """Return one version of a plan's price in a currency, or None."""
        row = self._connection.execute(
            f"select {PRICE_FIELDS} from prices"
            " where plan_id = %s and currency = %s and version = %s and customer_id is null",
            [plan_id, currency, version],
        ).fetchone()
        return None if row is None else price_of_row(row)
