"""/v1/prices, and the prices of a customer's own"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.routes.plans import tell_price
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.prices import OwnPriceCreate, OwnPriceEnd, PriceObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.selling import OWN_PRICES
from khata.db.transaction import Database
from khata.usecases.selling.add_own_price import AddOwnPrice, add_own_price
from khata.usecases.selling.end_own_price import EndOwnPrice, end_own_price

router = APIRouter(tags=["Plans"], route_class=StrictRoute)


class OwnPriceQuery(ListQuery):
    """Which prices."""

    plan: Id | None = Field(None, description="Only those of this plan")


@router.post("/v1/customers/{id}/prices", status_code=201, response_model=PriceObject)
def add_own(id: str, body: OwnPriceCreate, post: Posted) -> Response:
    """Agree on a price with a customer: it stands before the plan's, for that customer alone.

    Subscriptions that begin, or change to the plan, get it while it holds; they keep it.
    """
    caller, customer = post.caller, parse_id("cus", id)
    plan = parse_id("plan", body.plan, param="plan")
    agreed = body.agreed()

    def act(db: Database, price: UUID) -> None:
        command = AddOwnPrice(
            caller.tenant,
            price,
            caller.at,
            customer,
            plan,
            agreed.model,
            agreed.amount,
            agreed.terms,
            body.currency,
            body.valid_from,
            body.valid_until,
        )
        add_own_price(command, db=db)

    return post.make(act, tell_price)


@router.get("/v1/customers/{id}/prices", response_model=ListOf[PriceObject])
def list_own(id: str, caller: Called, query: Annotated[OwnPriceQuery, Query()]) -> Response:
    """List the prices of a customer's own, newest first, with those that are over."""
    within = {"customer": parse_id("cus", id)}
    return listed(caller, OWN_PRICES, query, PriceObject.of, within=within)


@router.get("/v1/prices/{id}", response_model=PriceObject)
def read_price(id: str, caller: Called) -> Response:
    """Read one version of a price, a plan's or a customer's own."""
    return caller.answer(tell_price, parse_id("price", id))


@router.post("/v1/prices/{id}/end", response_model=PriceObject)
def end_own(id: str, body: OwnPriceEnd, post: Posted) -> Response:
    """End a price of a customer's own; subscriptions that have it keep it."""
    caller = post.caller

    def act(db: Database, price: UUID) -> None:
        end_own_price(EndOwnPrice(caller.tenant, price, caller.at, body.on), db=db)

    return post.move(parse_id("price", id), act, tell_price)
