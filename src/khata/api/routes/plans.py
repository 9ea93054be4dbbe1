"""/v1/plans"""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.plans import (
    Code,
    PlanChange,
    PlanCreate,
    PlanObject,
)
from khata.api.schemas.prices import PriceCreate, PriceObject
from khata.api.strict_route import StrictRoute
from khata.core.catalog import TaxBehavior
from khata.core.ids import parse_id, public_id
from khata.core.periods import Interval, Unit
from khata.core.refusal import NotFound
from khata.db.reads.selling import PLANS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.selling.add_price import AddPrice, add_price
from khata.usecases.selling.create_plan import CreatePlan, NewPrice, create_plan
from khata.usecases.selling.revise_plan import PlanChanges, RevisePlan, revise_plan

router = APIRouter(prefix="/v1/plans", tags=["Plans"], route_class=StrictRoute)


class PlanQuery(ListQuery):
    """Which plans."""

    product: Id | None = Field(None, description="Only plans of this product")
    code: Code | None = Field(None, description="Only the plan with this code")


@router.post("", status_code=201, response_model=PlanObject)
def create(body: PlanCreate, post: Posted) -> Response:
    """Offer a product, at a price in each currency."""
    caller = post.caller
    product = parse_id("prod", body.product, param="product")
    policy = None
    if body.dunning_policy is not None:
        policy = parse_id("dun", body.dunning_policy, param="dunning_policy")
    prices = [price.agreed(f"prices.{n}.") for n, price in enumerate(body.prices)]

    def act(db: Database, id: UUID) -> None:
        command = CreatePlan(
            tenant=caller.tenant,
            id=id,
            at=caller.at,
            product=product,
            name=body.name,
            code=body.code,
            interval=Interval(Unit(body.interval), body.interval_count),
            trial_days=body.trial_days,
            tax_behavior=TaxBehavior(body.tax_behavior),
            prices=[
                NewPrice(body.prices[n].currency, price.model, price.amount, price.terms)
                for n, price in enumerate(prices)
            ],
            metadata=body.metadata,
            dunning_policy_id=policy,
        )
        create_plan(command, db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[PlanObject])
def list_all(caller: Called, query: Annotated[PlanQuery, Query()]) -> Response:
    """List the plans, newest first."""
    return listed(caller, PLANS, query, PlanObject.of)


@router.get("/{id}", response_model=PlanObject)
def read(id: str, caller: Called) -> Response:
    """Read a plan with the prices it has now."""
    return caller.answer(tell, parse_id("plan", id))


@router.patch("/{id}", response_model=PlanObject)
def change(id: str, body: PlanChange, caller: Called) -> Response:
    """Rename a plan, or give it another dunning policy. Its terms never change."""
    plan = parse_id("plan", id)
    asked = body.model_dump(exclude_unset=True)
    if "dunning_policy" in asked:
        named = asked.pop("dunning_policy")
        param = "dunning_policy"
        asked["dunning_policy_id"] = named and parse_id("dun", named, param=param)
    changes = cast(PlanChanges, asked)
    revise_plan(RevisePlan(caller.tenant, plan, changes), db=caller.engine.db)
    return caller.answer(tell, plan)


@router.post("/{id}/prices", status_code=201, response_model=PriceObject)
def add(id: str, body: PriceCreate, post: Posted) -> Response:
    """Give the plan a new price in a currency; running subscriptions keep theirs."""
    caller = post.caller
    plan = parse_id("plan", id)
    agreed = body.agreed()

    def act(db: Database, price: UUID) -> None:
        command = AddPrice(
            caller.tenant,
            price,
            caller.at,
            plan,
            body.currency,
            agreed.model,
            agreed.amount,
            agreed.terms,
        )
        add_price(command, db=db)

    return post.make(act, tell_price)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> PlanObject:
    plan = uow.catalog.plan(id)
    if plan is None:
        raise NotFound("plan", public_id("plan", id))
    return PlanObject.of(plan, livemode)


def tell_price(uow: UnitOfWork, id: UUID, livemode: bool) -> PriceObject:
    price = uow.catalog.price(id)
    if price is None:
        raise NotFound("price", public_id("price", id))
    return PriceObject.of(price, livemode)
