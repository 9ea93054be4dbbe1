"""/v1/customers/{id}/exemptions and /v1/exemptions"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.taxes import ExemptionCreate, ExemptionObject, LastDay
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.taxes import EXEMPTIONS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.taxes.add_exemption import AddExemption, add_exemption
from khata.usecases.taxes.end_exemption import EndExemption, end_exemption

router = APIRouter(prefix="/v1", tags=["Exemptions"], route_class=StrictRoute)


class ExemptionQuery(ListQuery):
    """Which exemptions."""

    customer: str | None = Field(None, description="Only those of this customer")


@router.post("/customers/{id}/exemptions", status_code=201, response_model=ExemptionObject)
def create(id: str, body: ExemptionCreate, post: Posted) -> Response:
    """Add an exemption to a customer; invoices of its days are issued under it."""
    caller, customer = post.caller, parse_id("cus", id)

    def act(db: Database, new: UUID) -> None:
        add_exemption(AddExemption(caller.tenant, customer, caller.at, body.exemption(new)), db=db)

    return post.make(act, _tell)


@router.get("/exemptions", response_model=ListOf[ExemptionObject])
def list_all(caller: Called, query: Annotated[ExemptionQuery, Query()]) -> Response:
    """List exemptions, newest first."""
    return listed(caller, EXEMPTIONS, query, ExemptionObject.of)


@router.get("/exemptions/{id}", response_model=ExemptionObject)
def read(id: str, caller: Called) -> Response:
    """Read an exemption."""
    return caller.answer(_tell, parse_id("exm", id))


@router.post("/exemptions/{id}/end", response_model=ExemptionObject)
def end(id: str, body: LastDay, post: Posted) -> Response:
    """End an exemption on a day; what was invoiced under it stays so."""
    exemption, tenant = parse_id("exm", id), post.caller.tenant

    def act(db: Database, _: UUID) -> None:
        end_exemption(EndExemption(tenant, exemption, body.valid_to), db=db)

    return post.move(exemption, act, _tell)


def _tell(uow: UnitOfWork, id: UUID, livemode: bool) -> ExemptionObject:
    row = uow.exemptions.row(id)
    if row is None:
        raise NotFound("exemption", public_id("exm", id))
    return ExemptionObject.of(row, livemode)
