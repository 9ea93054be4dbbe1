"""Lists of coupons and of the discounts that they became."""

from typing import Any
from uuid import UUID

from khata.core.coupon import Coupon, Discount
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.coupons import COUPON_FIELDS, coupon_of, discount_of

COUPONS: Listing[Coupon] = Listing(
    source="coupons c",
    fields=COUPON_FIELDS,
    of=coupon_of,
    prefix="cou",
    what="coupon",
    filters={"code": Filter("upper(code) = upper(%s)")},
)


def _discount(row: dict[str, Any]) -> Discount:
    coupon = coupon_of(_read_back(row.pop("coupon")))
    return discount_of(row, {coupon.id: coupon})


def _read_back(coupon: dict[str, Any]) -> dict[str, Any]:
    """Read ids back from the text that JSON has for them; days are not told of a discount."""
    return coupon | {
        "id": UUID(coupon["id"]),
        "plan_ids": tuple(UUID(plan) for plan in coupon["plan_ids"]),
    }


DISCOUNTS: Listing[Discount] = Listing(
    source="discounts d",
    fields=f"""
        id, coupon_id, customer_id, subscription_id, from_on, until_on, uses_left, created_at,
        ended_at, ended_by,
        (select to_jsonb(k) from (select {COUPON_FIELDS} from coupons c
                                   where c.id = d.coupon_id) k) as coupon
    """,
    of=_discount,
    prefix="di",
    what="discount",
    filters={
        "subscription": Filter(
            "subscription_id = %s", prefix="sub", refers="subscriptions", what="subscription"
        ),
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "coupon": Filter("coupon_id = %s", prefix="cou", refers="coupons", what="coupon"),
    },
)
