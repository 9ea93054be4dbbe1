"""/v1/reconciliations"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.reconciliations import AgreementName, ReconciliationObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.gateways import RECONCILIATIONS
from khata.db.stores.reconciliations import Reconciliations
from khata.db.transaction import UnitOfWork

router = APIRouter(prefix="/v1/reconciliations", tags=["Reconciliations"], route_class=StrictRoute)


class ReconciliationQuery(ListQuery):
    """Which reconciliations."""

    account: Id | None = Field(None, description="Only those of this gateway account")
    status: AgreementName | None = Field(None, description="Only those that ended so")


@router.get("", response_model=ListOf[ReconciliationObject])
def list_all(caller: Called, query: Annotated[ReconciliationQuery, Query()]) -> Response:
    """List the days that were compared with gateways, or are to be, newest first."""
    return listed(caller, RECONCILIATIONS, query, ReconciliationObject.of)


@router.get("/{id}", response_model=ReconciliationObject)
def read(id: str, caller: Called) -> Response:
    """Read a day, with every difference."""
    return caller.answer(tell, parse_id("rec", id))


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> ReconciliationObject:
    row = Reconciliations(uow.connection).get(id)
    if row is None:
        raise NotFound("reconciliation", public_id("rec", id))
    return ReconciliationObject.of(row, livemode)
