"""Prices of customers' own, as rows of the table of prices."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from khata.core.catalog import Price
from khata.db.rows import Connection
from khata.db.stores.catalog import PRICE_FIELDS, price_of_row


class OwnPrices:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def on(self, customer_id: UUID, plan_ids: Sequence[UUID], day: date) -> dict[UUID, Price]:
        """Return the customer's own price of each of these plans that holds on the day, if any."""
        rows = self._connection.execute(
            f"select {PRICE_FIELDS} from prices where tenant_id = current_tenant()"
            " and customer_id = %s and plan_id = any(%s)"
            " and valid_from <= %s and (valid_until is null or valid_until > %s)",
            [customer_id, list(plan_ids), day, day],
        )
        return {price.plan_id: price for price in map(price_of_row, rows)}

    def of_plan(self, customer_id: UUID, plan_id: UUID) -> list[Price]:
        """Return all that the customer has, or had, of the plan, but those that never held."""
        rows = self._connection.execute(
            f"select {PRICE_FIELDS} from prices where tenant_id = current_tenant()"
            " and customer_id = %s and plan_id = %s"
            " and (valid_until is null or valid_until > valid_from) order by valid_from",
            [customer_id, plan_id],
        )
        return [price_of_row(row) for row in rows]

    def next_version(self, plan_id: UUID, currency: str) -> int:
        """Return the version of the next one: they count down, apart from the plan's."""
        row = self._connection.execute(
            "select least(coalesce(min(version), 0), 0) - 1 from prices"
            " where plan_id = %s and currency = %s",
            [plan_id, currency],
        ).fetchone()
        assert row is not None
        version: int = row[0]
        return version

    def end(self, id: UUID, valid_until: date) -> None:
        """Let it hold no longer from this day."""
        self._connection.execute(
            "update prices set valid_until = %s where id = %s and customer_id is not null",
            [valid_until, id],
        )
