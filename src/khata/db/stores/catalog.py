"""The catalogue: products, plans and the versions of their prices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow, dict_row
from psycopg.types.json import Jsonb

from khata.core.catalog import Plan, Price, PriceModel, Product, TaxBehavior
from khata.core.periods import Interval, Unit
from khata.core.price_json import read_terms, spell_terms
from khata.core.tax.nature import TaxClass
from khata.db.rows import Connection, insert_rows

PRODUCT_FIELDS = "id, name, tax_code, description, metadata, created_at, tax_class"
_PRODUCT = f"select {PRODUCT_FIELDS} from products"

# The price of today is the last version in each currency; they come in the order of currencies.
# A customer's own prices are no plan's.
PLAN_FIELDS = """
    p.id, p.product_id, p.name, p.code, p.interval, p.interval_count, p.trial_days,
    p.tax_behavior, p.metadata, p.created_at, p.dunning_policy_id,
    (select coalesce(jsonb_agg(to_jsonb(v) order by v.currency), '[]')
       from (select distinct on (currency) id, currency, model, amount, version, created_at,
                    terms::text
               from prices where plan_id = p.id and customer_id is null
              order by currency, version desc) v) as prices
"""


PRICE_FIELDS = """id, plan_id, currency, model, amount, version, created_at, terms::text,
    customer_id, valid_from, valid_until"""


class Catalog:
    """Tables products, plans and prices."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_product(self, product: Product) -> None:
        self._connection.execute(
            f"insert into products ({PRODUCT_FIELDS}) values (%s, %s, %s, %s, %s, %s, %s)",
            [
                product.id,
                product.name,
                product.tax_code,
                product.description,
                Jsonb(dict(product.metadata)),
                product.created_at,
                product.tax_class,
            ],
        )

    def product(self, id: UUID) -> Product | None:
        """Return the product, or None."""
        return self._product(f"{_PRODUCT} where id = %s", id)

    def lock_product(self, id: UUID) -> Product | None:
        """Return the product, held until the transaction ends, or None."""
        return self._product(f"{_PRODUCT} where id = %s for update", id)

    def change_product(self, product: Product) -> None:
        self._connection.execute(
            "update products set name = %s, tax_code = %s, description = %s, metadata = %s,"
            " tax_class = %s where id = %s",
            [
                product.name,
                product.tax_code,
                product.description,
                Jsonb(dict(product.metadata)),
                product.tax_class,
                product.id,
            ],
        )

    def add_plan(self, plan: Plan) -> bool:
        """Add the plan with its prices; answer False when its code is taken."""
        cursor = self._connection.execute(
            "insert into plans (id, product_id, name, code, interval, interval_count, trial_days,"
            " tax_behavior, metadata, created_at, dunning_policy_id)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (tenant_id, code) do nothing",
            [
                plan.id,
                plan.product_id,
                plan.name,
                plan.code,
                plan.interval.unit,
                plan.interval.count,
                plan.trial_days,
                plan.tax_behavior,
                Jsonb(dict(plan.metadata)),
                plan.created_at,
                plan.dunning_policy_id,
            ],
        )
        if cursor.rowcount == 1:
            self.add_prices(plan.prices)
        return cursor.rowcount == 1

    def add_prices(self, prices: Sequence[Price]) -> None:
        insert_rows(
            self._connection,
            "prices",
            [
                {
                    "id": price.id,
                    "plan_id": price.plan_id,
                    "currency": price.currency,
                    "model": price.model,
                    "amount": price.amount,
                    "version": price.version,
                    "created_at": price.created_at,
                    "terms": None if price.terms is None else spell_terms(price.terms),
                    "customer_id": price.customer_id,
                    "valid_from": price.valid_from,
                    "valid_until": price.valid_until,
                }
                for price in prices
            ],
        )

    def price(self, id: UUID) -> Price | None:
        """Return one version of a price, or None."""
        row = self._connection.execute(
            f"select {PRICE_FIELDS} from prices where id = %s", [id]
        ).fetchone()
        return None if row is None else price_of_row(row)

    def plan(self, id: UUID) -> Plan | None:
        """Return the plan with its prices of today, or None."""
        return next(iter(self.plans([id])), None)

    def lock_plan(self, id: UUID) -> Plan | None:
        """Return the plan, held until the transaction ends, or None."""
        self._connection.execute("select 1 from plans where id = %s for update", [id])
        return self.plan(id)

    def plans(self, ids: Sequence[UUID]) -> list[Plan]:
        """Return those of the plans that exist, with their prices of today, by id."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {PLAN_FIELDS} from plans p where p.id = any(%s) order by p.id",
                [list(ids)],
            ).fetchall()
        return [plan_of(row) for row in rows]

    def change_plan(self, plan: Plan) -> None:
        """Write the plan's name, metadata and dunning policy; nothing else of it may change."""
        self._connection.execute(
            "update plans set name = %s, metadata = %s, dunning_policy_id = %s where id = %s",
            [plan.name, Jsonb(dict(plan.metadata)), plan.dunning_policy_id, plan.id],
        )

    def _product(self, sql: str, *parameters: object) -> Product | None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(sql, parameters).fetchone()
        return product_of(row) if row else None


def product_of(row: dict[str, Any]) -> Product:
    """Return the product that a row of PRODUCT_FIELDS holds."""
    row["tax_class"] = TaxClass(row["tax_class"])
    return Product(**row)


def plan_of(row: dict[str, Any]) -> Plan:
    """Return the plan that a row of PLAN_FIELDS holds."""
    row["interval"] = Interval(Unit(row["interval"]), row.pop("interval_count"))
    row["tax_behavior"] = TaxBehavior(row["tax_behavior"])
    row["prices"] = tuple(
        Price(
            UUID(price["id"]),
            row["id"],
            price["currency"],
            PriceModel(price["model"]),
            price["amount"],
            price["version"],
            datetime.fromisoformat(price["created_at"]),
            None if price["terms"] is None else read_terms(price["terms"]),
        )
        for price in row["prices"]
    )
    return Plan(**row)


def price_of_row(row: TupleRow) -> Price:
    """Return the price that a row of PRICE_FIELDS holds."""
    id, plan_id, currency, model, amount, version, created_at, terms, *own = row
    return Price(
        id,
        plan_id,
        currency,
        PriceModel(model),
        amount,
        version,
        created_at,
        None if terms is None else read_terms(terms),
        *own,
    )
