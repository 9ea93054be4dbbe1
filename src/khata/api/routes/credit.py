"""/v1/customers/{id}/credit_balance and its entries"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.schemas.credit import CreditBalanceObject, CreditEntryObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.credit import CREDIT_ENTRIES
from khata.db.transaction import UnitOfWork

router = APIRouter(prefix="/v1/customers", tags=["Credit balances"], route_class=StrictRoute)


@router.get("/{id}/credit_balance", response_model=CreditBalanceObject)
def read(id: str, caller: Called) -> Response:
    """Read what a customer has in credit."""
    return caller.answer(tell, parse_id("cus", id))


@router.get("/{id}/credit_entries", response_model=ListOf[CreditEntryObject])
def entries(id: str, caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List every change of a customer's credit balance, newest first."""
    narrowed = {"customer": parse_id("cus", id)}
    return listed(caller, CREDIT_ENTRIES, query, CreditEntryObject.of, within=narrowed)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> CreditBalanceObject:
    if uow.customers.get(id) is None:
        raise NotFound("customer", public_id("cus", id))
    return CreditBalanceObject.of(id, uow.credit.balances_of(id), livemode)
