"""/v1/exchange_rates"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Currency
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.taxes import ExchangeRateCreate, ExchangeRateObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.taxes import EXCHANGE_RATES
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.taxes.add_exchange_rate import AddExchangeRate, add_exchange_rate

router = APIRouter(prefix="/v1/exchange_rates", tags=["Exchange rates"], route_class=StrictRoute)


class ExchangeRateQuery(ListQuery):
    """Which rates of exchange."""

    currency: Currency | None = Field(None, description="Only those of this currency")


@router.post("", status_code=201, response_model=ExchangeRateObject)
def create(body: ExchangeRateCreate, post: Posted) -> Response:
    """Add a rate of exchange; invoices of the week from its day on are valued by it in rupees."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        add_exchange_rate(AddExchangeRate(caller.tenant, id, caller.at, body.exchange), db=db)

    return post.make(act, _tell)


@router.get("", response_model=ListOf[ExchangeRateObject])
def list_all(caller: Called, query: Annotated[ExchangeRateQuery, Query()]) -> Response:
    """List the rates of exchange, newest first."""
    return listed(caller, EXCHANGE_RATES, query, ExchangeRateObject.of)


@router.get("/{id}", response_model=ExchangeRateObject)
def read(id: str, caller: Called) -> Response:
    """Read a rate of exchange."""
    return caller.answer(_tell, parse_id("fx", id))


def _tell(uow: UnitOfWork, id: UUID, livemode: bool) -> ExchangeRateObject:
    row = uow.tax_facts.exchange_rate(id)
    if row is None:
        raise NotFound("exchange rate", public_id("fx", id))
    return ExchangeRateObject.of(row, livemode)
