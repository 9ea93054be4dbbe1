"""/v1/entitlements"""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.entitlements import (
    EntitlementChange,
    EntitlementCreate,
    EntitlementDeleted,
    EntitlementObject,
)
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.entitlements import Entitlement, value_of
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.selling import ENTITLEMENTS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.entitlements.change_entitlement import (
    ChangeEntitlement,
    EntitlementChanges,
    change_entitlement,
)
from khata.usecases.entitlements.create_entitlement import CreateEntitlement, create_entitlement
from khata.usecases.entitlements.remove_entitlement import RemoveEntitlement, remove_entitlement

router = APIRouter(prefix="/v1/entitlements", tags=["Entitlements"], route_class=StrictRoute)


class EntitlementQuery(ListQuery):
    """Which entitlements."""

    plan: Id | None = Field(None, description="Only those of this plan")
    feature: Id | None = Field(None, description="Only those to this feature")


@router.post("", status_code=201, response_model=EntitlementObject)
def create(body: EntitlementCreate, post: Posted) -> Response:
    """Put a feature on a plan. Whoever has the plan has it at once."""
    caller = post.caller
    plan = parse_id("plan", body.plan, param="plan")
    feature = parse_id("feat", body.feature, param="feature")

    def act(db: Database, id: UUID) -> None:
        entitlement = Entitlement(
            id,
            plan,
            feature,
            value_of(body.value),
            body.per_unit,
            body.while_paused,
            body.guards_use,
            caller.at,
        )
        create_entitlement(CreateEntitlement(caller.tenant, entitlement, caller.at), db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[EntitlementObject])
def list_all(caller: Called, query: Annotated[EntitlementQuery, Query()]) -> Response:
    """List what plans give, newest first."""
    return listed(caller, ENTITLEMENTS, query, EntitlementObject.of)


@router.get("/{id}", response_model=EntitlementObject)
def read(id: str, caller: Called) -> Response:
    """Read what a plan gives of a feature."""
    return caller.answer(tell, parse_id("ent", id))


@router.patch("/{id}", response_model=EntitlementObject)
def change(id: str, body: EntitlementChange, caller: Called) -> Response:
    """Change what a plan gives. It holds at once for all who have the plan."""
    entitlement = parse_id("ent", id)
    given = body.model_dump(exclude_unset=True)
    if "value" in given:
        given["value"] = value_of(given["value"])
    changes = cast(EntitlementChanges, given)
    command = ChangeEntitlement(caller.tenant, entitlement, caller.at, changes)
    change_entitlement(command, db=caller.engine.db)
    return caller.answer(tell, entitlement)


@router.delete("/{id}", response_model=EntitlementDeleted)
def delete(id: str, caller: Called) -> Response:
    """Take a feature off a plan, at once for all who have the plan."""
    entitlement = parse_id("ent", id)
    command = RemoveEntitlement(caller.tenant, entitlement, caller.at)
    remove_entitlement(command, db=caller.engine.db)
    return as_json(EntitlementDeleted(id=public_id("ent", entitlement), deleted=True))


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> EntitlementObject:
    entitlement = uow.features.entitlement(id)
    if entitlement is None:
        raise NotFound("entitlement", public_id("ent", id))
    return EntitlementObject.of(entitlement, livemode)
