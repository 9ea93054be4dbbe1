"""Coupons and the discounts that they became, as rows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.coupon import Coupon, Discount, Duration, Ended
from khata.core.discounts import Scope
from khata.core.ids import public_id
from khata.core.invoice import Invoice
from khata.core.refusal import NotFound
from khata.db.columns import Columns, as_rows, insert_columns
from khata.db.rows import Connection, insert_rows

COUPON_FIELDS = """
    c.id, c.code, c.name, c.scope, c.percent, c.amount, c.currency, c.duration, c.months, c.cycles,
    c.max_redemptions, c.max_per_customer, c.expires_on, c.minimum, c.metadata, c.created_at,
    c.archived_at,
    array(select p.plan_id from coupon_plans p where p.coupon_id = c.id order by p.plan_id)
      as plan_ids,
    (select count(*) from discounts d where d.coupon_id = c.id) as redeemed
"""
DISCOUNT_FIELDS = """
    id, coupon_id, customer_id, subscription_id, from_on, until_on, uses_left, created_at,
    ended_at, ended_by
"""
# Named by id, so that each half is a look-up of an index that holds only what is in force.
_IN_FORCE = """
    select id from discounts
     where subscription_id = any(%(subscriptions)s) and ended_at is null
    union all
    select id from discounts
     where customer_id = any(%(customers)s) and subscription_id is null and ended_at is null
"""
# What lasts for ever is left as it is by each invoice, and not written.
_CHANGE = """
    update discounts d set uses_left = r.uses_left, ended_at = r.ended_at, ended_by = r.ended_by
      from (select {rows}) as r
     where d.tenant_id = current_tenant() and d.id = r.id
       and (d.uses_left, d.ended_at) is distinct from (r.uses_left, r.ended_at)
"""


class Coupons:
    """Tables coupons, coupon_plans and discounts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, coupon: Coupon) -> bool:
        """Add a coupon; answer False when its code is taken, in whatever case."""
        row = {
            "id": coupon.id,
            "code": coupon.code,
            "name": coupon.name,
            "scope": coupon.scope,
            "percent": None if coupon.percent is None else f"{coupon.percent.normalize():f}",
            "amount": coupon.amount,
            "currency": coupon.currency,
            "duration": coupon.duration,
            "months": coupon.months,
            "cycles": coupon.cycles,
            "max_redemptions": coupon.max_redemptions,
            "max_per_customer": coupon.max_per_customer,
            "expires_on": coupon.expires_on,
            "minimum": coupon.minimum,
            "metadata": Jsonb(dict(coupon.metadata)),
            "created_at": coupon.created_at,
        }
        names = ", ".join(row)
        values = ", ".join(f"%({name})s" for name in row)
        added = self._connection.execute(
            f"insert into coupons ({names}) values ({values}) on conflict do nothing", row
        )
        if added.rowcount:
            plans = [{"coupon_id": coupon.id, "plan_id": plan} for plan in coupon.plan_ids]
            insert_rows(self._connection, "coupon_plans", plans)
        return bool(added.rowcount)

    def get(self, id: UUID) -> Coupon:
        """Return a coupon. Raises: NotFound."""
        return self._one("c.id = %s", id, public_id("cou", id))

    def lock(self, id: UUID) -> Coupon:
        """Return a coupon, held until the transaction ends. Raises: NotFound."""
        self._connection.execute("select 1 from coupons where id = %s for no key update", [id])
        return self.get(id)

    def lock_code(self, code: str, *, param: str) -> Coupon:
        """Return the coupon with this code, held until the transaction ends. Raises: NotFound."""
        self._connection.execute(
            "select 1 from coupons where upper(code) = upper(%s) for no key update", [code]
        )
        return self._one("upper(c.code) = upper(%s)", code, code, param=param)

    def archive(self, id: UUID, at: datetime) -> None:
        self._connection.execute("update coupons set archived_at = %s where id = %s", [at, id])

    def redeemed_by(self, coupon_id: UUID, customer_id: UUID) -> int:
        """Return how often a customer has redeemed a coupon."""
        row = self._connection.execute(
            "select count(*) from discounts where coupon_id = %s and customer_id = %s",
            [coupon_id, customer_id],
        ).fetchone()
        assert row is not None
        return int(row[0])

    def add_discounts(self, discounts: Sequence[Discount]) -> None:
        insert_rows(self._connection, "discounts", [_row(one) for one in discounts])

    def discount(self, id: UUID) -> Discount:
        """Return a discount. Raises: NotFound."""
        return self._discount(id, "")

    def lock_discount(self, id: UUID) -> Discount:
        """Return a discount, held until the transaction ends. Raises: NotFound."""
        return self._discount(id, "for no key update")

    def in_force(
        self, subscriptions: Sequence[UUID], customers: Sequence[UUID], *, locking: bool
    ) -> list[Discount]:
        """Return what is not over of these, the oldest first; it costs one look where none is.

        Locked, they wait for whoever uses one of them now, and are as that leaves them.
        """
        if not subscriptions and not customers:
            return []
        which = {"subscriptions": list(subscriptions), "customers": list(customers)}
        ids = [row[0] for row in self._connection.execute(_IN_FORCE, which)]
        if not ids:
            return []
        return self._discounts(
            "id = any(%s) and ended_at is null order by id"
            + (" for no key update" if locking else ""),
            ids,
        )

    def of_customer(self, customer_id: UUID) -> list[Discount]:
        """Return what is in force of all that a customer has, for a look at it."""
        return self._discounts(
            "customer_id = any(%s) and ended_at is null order by id", [customer_id]
        )

    def change_discounts(self, discounts: Sequence[Discount]) -> None:
        """Write what has changed of these discounts; of one that is named twice, the last."""
        last = {one.id: one for one in discounts}.values()
        columns: Columns = {
            "id": ("uuid", [one.id for one in last]),
            "uses_left": ("smallint", [one.uses_left for one in last]),
            "ended_at": ("timestamptz", [one.ended_at for one in last]),
            "ended_by": ("text", [one.ended_by for one in last]),
        }
        rows, arguments = as_rows(columns)
        if rows:
            self._connection.execute(_CHANGE.format(rows=rows), arguments)

    def add_line_discounts(
        self, invoices: Sequence[Invoice], discounts: Mapping[UUID, Discount]
    ) -> None:
        """Store what each discount took off each line of these invoices."""
        cuts = [
            (invoice.id, line.position, position, cut)
            for invoice in invoices
            for line in invoice.lines
            for position, cut in enumerate(line.cuts)
        ]
        coupons = [discounts[cut.discount_id].coupon for _, _, _, cut in cuts]
        insert_columns(
            self._connection,
            "line_discounts",
            {
                "invoice_id": ("uuid", [invoice for invoice, _, _, _ in cuts]),
                "line_position": ("smallint", [line for _, line, _, _ in cuts]),
                "position": ("smallint", [position for _, _, position, _ in cuts]),
                "discount_id": ("uuid", [cut.discount_id for _, _, _, cut in cuts]),
                "coupon_id": ("uuid", [coupon.id for coupon in coupons]),
                "name": ("text", [coupon.name for coupon in coupons]),
                "percent": (
                    "text",
                    [
                        None if coupon.percent is None else f"{coupon.percent.normalize():f}"
                        for coupon in coupons
                    ],
                ),
                "amount": ("bigint", [cut.amount for _, _, _, cut in cuts]),
                "off_price": ("bigint", [cut.off_price for _, _, _, cut in cuts]),
            },
        )

    def _one(self, which: str, value: Any, named: str, *, param: str | None = None) -> Coupon:
        found = self._coupons(which, value)
        if not found:
            raise NotFound("coupon", named, param=param)
        return found[0]

    def _coupons(self, which: str, value: Any) -> list[Coupon]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            sql = f"select {COUPON_FIELDS} from coupons c where {which}"
            return [coupon_of(row) for row in cursor.execute(sql, [value]).fetchall()]

    def _discount(self, id: UUID, locking: str) -> Discount:
        found = self._discounts(f"id = any(%s) {locking}", [id])
        if not found:
            raise NotFound("discount", public_id("di", id))
        return found[0]

    def _discounts(self, which: str, ids: Sequence[UUID]) -> list[Discount]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            sql = f"select {DISCOUNT_FIELDS} from discounts where {which}"
            rows = cursor.execute(sql, [list(ids)]).fetchall()
        wanted = list({row["coupon_id"] for row in rows})
        coupons = {coupon.id: coupon for coupon in self._coupons("c.id = any(%s)", wanted)}
        return [discount_of(row, coupons) for row in rows]


def coupon_of(row: dict[str, Any]) -> Coupon:
    """Return the coupon that a row of COUPON_FIELDS holds."""
    percent = row["percent"]
    return Coupon(
        **row
        | {
            "scope": Scope(row["scope"]),
            "percent": None if percent is None else Decimal(percent),
            "duration": Duration(row["duration"]),
            "plan_ids": tuple(row["plan_ids"]),
        }
    )


def discount_of(row: dict[str, Any], coupons: Mapping[UUID, Coupon]) -> Discount:
    """Return the discount that a row of DISCOUNT_FIELDS holds."""
    ended = row["ended_by"]
    coupon = coupons[row.pop("coupon_id")]
    return Discount(**row | {"coupon": coupon, "ended_by": Ended(ended) if ended else None})


def _row(discount: Discount) -> dict[str, date | datetime | UUID | str | int | None]:
    return {
        "id": discount.id,
        "coupon_id": discount.coupon.id,
        "customer_id": discount.customer_id,
        "subscription_id": discount.subscription_id,
        "from_on": discount.from_on,
        "until_on": discount.until_on,
        "uses_left": discount.uses_left,
        "created_at": discount.created_at,
        "ended_at": discount.ended_at,
        "ended_by": discount.ended_by,
    }
