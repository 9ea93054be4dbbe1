"""/v1/registration_rules"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.taxes import LastDay, RegistrationRuleCreate, RegistrationRuleObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.taxes import REGISTRATION_RULES
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.taxes.add_registration_rule import AddRegistrationRule, add_registration_rule
from khata.usecases.taxes.end_registration_rule import EndRegistrationRule, end_registration_rule

router = APIRouter(
    prefix="/v1/registration_rules", tags=["Registration rules"], route_class=StrictRoute
)


class RegistrationRuleQuery(ListQuery):
    """Which rules."""

    registration: str | None = Field(None, description="Only those of this registration")


@router.post("", status_code=201, response_model=RegistrationRuleObject)
def create(body: RegistrationRuleCreate, post: Posted) -> Response:
    """Add a rule of which registration issues where none is named."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        add_registration_rule(AddRegistrationRule(caller.tenant, caller.at, body.rule(id)), db=db)

    return post.make(act, _tell)


@router.get("", response_model=ListOf[RegistrationRuleObject])
def list_all(caller: Called, query: Annotated[RegistrationRuleQuery, Query()]) -> Response:
    """List the rules, newest first."""
    return listed(caller, REGISTRATION_RULES, query, RegistrationRuleObject.of)


@router.get("/{id}", response_model=RegistrationRuleObject)
def read(id: str, caller: Called) -> Response:
    """Read a rule."""
    return caller.answer(_tell, parse_id("rrl", id))


@router.post("/{id}/end", response_model=RegistrationRuleObject)
def end(id: str, body: LastDay, post: Posted) -> Response:
    """End a rule on a day; subscriptions that there are keep their registration."""
    rule, tenant = parse_id("rrl", id), post.caller.tenant

    def act(db: Database, _: UUID) -> None:
        end_registration_rule(EndRegistrationRule(tenant, rule, body.valid_to), db=db)

    return post.move(rule, act, _tell)


def _tell(uow: UnitOfWork, id: UUID, livemode: bool) -> RegistrationRuleObject:
    row = uow.registration_rules.row(id)
    if row is None:
        raise NotFound("registration rule", public_id("rrl", id))
    return RegistrationRuleObject.of(row, livemode)
