"""/v1/discounts, and how a coupon becomes one"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.coupons import CouponApply, DiscountObject
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.coupons import DISCOUNTS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.coupons.apply_coupon import ApplyCoupon, apply_coupon
from khata.usecases.coupons.remove_discount import RemoveDiscount, remove_discount

router = APIRouter(tags=["Discounts"], route_class=StrictRoute)


class DiscountQuery(ListQuery):
    """Which discounts."""

    subscription: Id | None = Field(None, description="Only those of this subscription")
    customer: Id | None = Field(None, description="Only those of this customer")
    coupon: Id | None = Field(None, description="Only what this coupon became")


@router.get("/v1/discounts", response_model=ListOf[DiscountObject])
def list_all(caller: Called, query: Annotated[DiscountQuery, Query()]) -> Response:
    """List the discounts, newest first, with those that are over."""
    return listed(caller, DISCOUNTS, query, DiscountObject.of)


@router.get("/v1/discounts/{id}", response_model=DiscountObject)
def read(id: str, caller: Called) -> Response:
    """Read a discount."""
    return caller.answer(tell, parse_id("di", id))


@router.delete("/v1/discounts/{id}", response_model=DiscountObject)
def remove(id: str, caller: Called) -> Response:
    """End a discount: nothing more is lowered by it. What was billed stays as it is."""
    command = RemoveDiscount(caller.tenant, parse_id("di", id), caller.at)
    removed = remove_discount(command, db=caller.engine.db)
    return as_json(DiscountObject.of(removed, caller.livemode))


@router.post("/v1/subscriptions/{id}/discounts", status_code=201, response_model=DiscountObject)
def apply_to_subscription(id: str, body: CouponApply, post: Posted) -> Response:
    """Redeem a coupon for a subscription: what begins from today on is billed lower."""
    caller, subscription = post.caller, parse_id("sub", id)

    def act(db: Database, discount: UUID) -> None:
        command = ApplyCoupon(
            caller.tenant, discount, caller.at, body.coupon, subscription_id=subscription
        )
        apply_coupon(command, db=db)

    return post.make(act, tell)


@router.post("/v1/customers/{id}/discounts", status_code=201, response_model=DiscountObject)
def apply_to_customer(id: str, body: CouponApply, post: Posted) -> Response:
    """Redeem a coupon for all that a customer subscribes to, now and later."""
    caller, customer = post.caller, parse_id("cus", id)

    def act(db: Database, discount: UUID) -> None:
        command = ApplyCoupon(caller.tenant, discount, caller.at, body.coupon, customer_id=customer)
        apply_coupon(command, db=db)

    return post.make(act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> DiscountObject:
    return DiscountObject.of(uow.coupons.discount(id), livemode)
