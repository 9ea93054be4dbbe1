"""Invoice items as rows: charges that wait for the next invoice of their customer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.charge import Charge, LineKind
from khata.core.ids import public_id
from khata.core.periods import Period
from khata.core.refusal import NotFound
from khata.core.tax.nature import TaxClass
from khata.core.waiting import WaitingItem
from khata.db.rows import Connection, insert_rows

_FIELDS = """id, customer_id, subscription_id, currency, tax_behavior, kind, description, tax_code,
    quantity, unit_amount, priced_quantity, amount, period_start, period_end, full_start, full_end,
    item_id, price_id, plan_id, basis, created_at, tax_class"""


class WaitingItems:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, items: Sequence[WaitingItem]) -> None:
        if items:
            insert_rows(self._connection, "invoice_items", [_row(item) for item in items])

    def get(self, id: UUID) -> WaitingItem:
        """Return one item, waiting or billed. Raises: NotFound."""
        found = self._where("id = %s", [id])
        if not found:
            raise NotFound("invoice item", public_id("ii", id))
        return found[0]

    def of_customers(self, customer_ids: Sequence[UUID]) -> list[WaitingItem]:
        """Return what waits for an invoice of these customers, locked, the oldest first."""
        return self._where(
            "tenant_id = current_tenant() and customer_id = any(%s) and invoice_id is null"
            " and withdrawn_at is null",
            [list(customer_ids)],
            "for no key update",
        )

    def bill(self, invoice_of: Mapping[UUID, UUID]) -> None:
        """Say on which invoice each of these items stands now."""
        if invoice_of:
            self._connection.execute(
                "update invoice_items i set invoice_id = r.invoice_id"
                " from unnest(%s::uuid[], %s::uuid[]) as r (id, invoice_id)"
                " where i.tenant_id = current_tenant() and i.id = r.id",
                [list(invoice_of), list(invoice_of.values())],
            )

    def withdraw(self, id: UUID, at: datetime) -> bool:
        """Take back an item that waits; say whether it still did."""
        cursor = self._connection.execute(
            "update invoice_items set withdrawn_at = %s"
            " where id = %s and invoice_id is null and withdrawn_at is null",
            [at, id],
        )
        return cursor.rowcount == 1

    def _where(self, condition: str, parameters: list[Any], lock: str = "") -> list[WaitingItem]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {_FIELDS} from invoice_items where {condition} order by id {lock}",
                parameters,
            ).fetchall()
        return [_item(row) for row in rows]


def _item(row: dict[str, Any]) -> WaitingItem:
    charge = Charge(
        LineKind(row["kind"]),
        row["description"],
        row["tax_code"],
        row["amount"],
        Period(row["period_start"], row["period_end"]),
        Period(row["full_start"], row["full_end"]),
        row["item_id"],
        row["price_id"],
        row["plan_id"],
        row["quantity"],
        row["unit_amount"],
        row["priced_quantity"],
        row["basis"],
        tax_class=TaxClass(row["tax_class"]),
    )
    return WaitingItem(
        row["id"],
        row["customer_id"],
        row["subscription_id"],
        row["currency"],
        row["tax_behavior"],
        charge,
        row["created_at"],
    )


def _row(item: WaitingItem) -> dict[str, Any]:
    charge = item.charge
    return {
        "id": item.id,
        "customer_id": item.customer_id,
        "subscription_id": item.subscription_id,
        "currency": item.currency,
        "tax_behavior": item.tax_behavior,
        "kind": charge.kind,
        "description": charge.description,
        "tax_code": charge.tax_code,
        "quantity": charge.quantity,
        "unit_amount": charge.unit_amount,
        "priced_quantity": charge.priced_quantity,
        "amount": charge.amount,
        "period_start": charge.period.start,
        "period_end": charge.period.end,
        "full_start": charge.full.start,
        "full_end": charge.full.end,
        "item_id": charge.item_id,
        "price_id": charge.price_id,
        "plan_id": charge.plan_id,
        "basis": charge.basis,
        "created_at": item.created_at,
        "tax_class": charge.tax_class,
    }
