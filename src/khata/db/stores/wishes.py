"""Wishes: a scheduled change of plans, read back as the items and terms that it asks for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from khata.core.catalog import Item, PriceModel
from khata.core.credit_note import Settle
from khata.core.periods import Interval, Unit, start_of_day
from khata.core.plan_change import DueChange, Invoicing, Wish
from khata.core.price_json import read_terms
from khata.core.proration import ProrationPolicy
from khata.core.tax.nature import TaxClass
from khata.core.waiting import ScheduledChange
from khata.db.rows import Connection


def due_changes(
    connection: Connection, changes: Sequence[ScheduledChange], zone: str
) -> tuple[DueChange, ...]:
    """Return these changes with the items they ask for, each from its day's first instant."""
    return tuple(
        DueChange(
            change.id,
            change.effective_on,
            _wish(change, items_of(connection, change.wish["items"]), zone),
        )
        for change in changes
    )


def spelled(wish: Wish) -> dict[str, Any]:
    """Return a wish as it is stored."""
    return {
        "items": [
            {
                "id": str(item.id),
                "plan": str(item.plan_id),
                "price": str(item.price_id),
                "quantity": item.quantity,
            }
            for item in wish.items
        ],
        "interval": [wish.interval.unit.value, wish.interval.count],
        "policy": wish.policy.value,
        "invoicing": wish.invoicing.value,
        "settle": wish.settle.value,
        "keep_anchor": wish.keep_anchor,
        "currency": wish.currency,
    }


def items_of(connection: Connection, wanted: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Return the items that are named by plan, price and quantity, in their order."""
    asked = list(wanted)
    rows = connection.execute(
        """select r.id, p.id, p.name, d.tax_code, r.model, r.amount, r.terms::text,
                  d.tax_class
             from prices r
             join plans p on p.tenant_id = r.tenant_id and p.id = r.plan_id
             join products d on d.tenant_id = p.tenant_id and d.id = p.product_id
            where r.id = any(%s)""",
        [[UUID(one["price"]) for one in asked]],
    )
    prices = {row[0]: row for row in rows}
    items = []
    for position, one in enumerate(asked):
        price_id, plan_id, name, tax_code, model, amount, terms, taxed = prices[UUID(one["price"])]
        items.append(
            Item(
                UUID(one["id"]),
                position,
                plan_id,
                price_id,
                name,
                tax_code,
                PriceModel(model),
                amount,
                one["quantity"],
                None if terms is None else read_terms(terms),
                TaxClass(taxed),
            )
        )
    return tuple(items)


def _wish(change: ScheduledChange, items: tuple[Item, ...], zone: str) -> Wish:
    wish = change.wish
    unit, count = wish["interval"]
    return Wish(
        change.id,
        items,
        Interval(Unit(unit), count),
        start_of_day(change.effective_on, zone),
        ProrationPolicy(wish["policy"]),
        Invoicing(wish["invoicing"]),
        Settle(wish["settle"]),
        wish["keep_anchor"],
        wish.get("currency"),
    )
