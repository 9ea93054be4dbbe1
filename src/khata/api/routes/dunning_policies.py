"""/v1/dunning_policies"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.dunning_policies import (
    DunningPolicyChange,
    DunningPolicyCreate,
    DunningPolicyObject,
)
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.dunning_terms import DunningTerms
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.selling import DUNNING_POLICIES
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.dunning.create_dunning_policy import (
    CreateDunningPolicy,
    create_dunning_policy,
)
from khata.usecases.dunning.revise_dunning_policy import (
    ReviseDunningPolicy,
    revise_dunning_policy,
)

router = APIRouter(prefix="/v1/dunning_policies", tags=["Dunning"], route_class=StrictRoute)


@router.post("", status_code=201, response_model=DunningPolicyObject)
def create(body: DunningPolicyCreate, post: Posted) -> Response:
    """Say what is done about payments that fail, for the plans that will name it."""
    caller = post.caller
    terms = DunningTerms(**body.agreed())

    def act(db: Database, id: UUID) -> None:
        command = CreateDunningPolicy(caller.tenant, id, caller.at, body.name, terms)
        create_dunning_policy(command, db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[DunningPolicyObject])
def list_all(caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List the dunning policies, newest first."""
    return listed(caller, DUNNING_POLICIES, query, DunningPolicyObject.of)


@router.get("/{id}", response_model=DunningPolicyObject)
def read(id: str, caller: Called) -> Response:
    """Read a dunning policy as it is now."""
    return caller.answer(tell, parse_id("dun", id))


@router.patch("/{id}", response_model=DunningPolicyObject)
def change(id: str, body: DunningPolicyChange, caller: Called) -> Response:
    """Change a dunning policy. What is being collected goes on by the version it began under."""
    policy = parse_id("dun", id)
    name = body.name if "name" in body.model_fields_set else None
    command = ReviseDunningPolicy(caller.tenant, policy, caller.at, name, body.agreed())
    revise_dunning_policy(command, db=caller.engine.db)
    return caller.answer(tell, policy)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> DunningPolicyObject:
    policy = uow.dunning.policy(id)
    if policy is None:
        raise NotFound("dunning policy", public_id("dun", id))
    return DunningPolicyObject.of(policy, livemode)
