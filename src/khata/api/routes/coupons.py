"""/v1/coupons"""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.coupons import CouponCreate, CouponObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.plans import Code
from khata.api.strict_route import StrictRoute
from khata.core.coupon import Duration
from khata.core.discounts import Scope
from khata.core.ids import parse_id
from khata.db.reads.coupons import COUPONS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.coupons.archive_coupon import ArchiveCoupon, archive_coupon
from khata.usecases.coupons.create_coupon import CreateCoupon, create_coupon

router = APIRouter(prefix="/v1/coupons", tags=["Coupons"], route_class=StrictRoute)


class CouponQuery(ListQuery):
    """Which coupons."""

    code: Code | None = Field(None, description="Only the one with this code")


@router.post("", status_code=201, response_model=CouponObject)
def create(body: CouponCreate, post: Posted) -> Response:
    """Make a coupon."""
    caller = post.caller
    plans = [
        parse_id("plan", plan, param=f"plans.{position}")
        for position, plan in enumerate(body.plans)
    ]

    def act(db: Database, id: UUID) -> None:
        command = CreateCoupon(
            tenant=caller.tenant,
            id=id,
            at=caller.at,
            code=body.code,
            name=body.name,
            scope=Scope(body.scope),
            percent=None if body.percent is None else Decimal(body.percent),
            amount=body.amount,
            currency=body.currency,
            duration=Duration(body.duration),
            months=body.months,
            cycles=body.cycles,
            max_redemptions=body.max_redemptions,
            max_per_customer=body.max_per_customer,
            expires_on=body.expires_on,
            minimum=body.minimum,
            plan_ids=plans,
            metadata=body.metadata,
        )
        create_coupon(command, db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[CouponObject])
def list_all(caller: Called, query: Annotated[CouponQuery, Query()]) -> Response:
    """List the coupons, newest first, archived ones included."""
    return listed(caller, COUPONS, query, CouponObject.of)


@router.get("/{id}", response_model=CouponObject)
def read(id: str, caller: Called) -> Response:
    """Read a coupon."""
    return caller.answer(tell, parse_id("cou", id))


@router.post("/{id}/archive", response_model=CouponObject)
def archive(id: str, post: Posted) -> Response:
    """Let nobody redeem it any more. Discounts that it became go on."""
    caller = post.caller

    def act(db: Database, coupon: UUID) -> None:
        archive_coupon(ArchiveCoupon(caller.tenant, coupon, caller.at), db=db)

    return post.move(parse_id("cou", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> CouponObject:
    return CouponObject.of(uow.coupons.get(id), livemode)
