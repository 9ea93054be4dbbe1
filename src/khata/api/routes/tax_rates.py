"""/v1/tax_rates and /v1/turnovers"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.taxes import (
    LastDay,
    Prefix,
    TaxRateCreate,
    TaxRateObject,
    TurnoverCreate,
    TurnoverObject,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.taxes import TAX_RATES, TURNOVERS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.taxes.add_tax_rate import AddTaxRate, add_tax_rate
from khata.usecases.taxes.end_tax_rate import EndTaxRate, end_tax_rate
from khata.usecases.taxes.tell_turnover import TellTurnover, tell_turnover

router = APIRouter(prefix="/v1/tax_rates", tags=["Tax rates"], route_class=StrictRoute)
turnovers = APIRouter(prefix="/v1/turnovers", tags=["Turnovers"], route_class=StrictRoute)


class TaxRateQuery(ListQuery):
    """Which rates."""

    prefix: Prefix | None = Field(None, description="Only those for these digits")


@router.post("", status_code=201, response_model=TaxRateObject)
def create(body: TaxRateCreate, post: Posted) -> Response:
    """Add a rate of GST of your own, from a day on."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        add_tax_rate(AddTaxRate(caller.tenant, id, caller.at, body.rate), db=db)

    return post.make(act, _tell_rate)


@router.get("", response_model=ListOf[TaxRateObject])
def list_all(caller: Called, query: Annotated[TaxRateQuery, Query()]) -> Response:
    """List the account's own rates, newest first."""
    return listed(caller, TAX_RATES, query, TaxRateObject.of)


@router.get("/{id}", response_model=TaxRateObject)
def read(id: str, caller: Called) -> Response:
    """Read a rate of the account's own."""
    return caller.answer(_tell_rate, parse_id("txr", id))


@router.post("/{id}/end", response_model=TaxRateObject)
def end(id: str, body: LastDay, post: Posted) -> Response:
    """End a rate on a day; what was invoiced at it stays so."""
    rate, tenant = parse_id("txr", id), post.caller.tenant

    def act(db: Database, _: UUID) -> None:
        end_tax_rate(EndTaxRate(tenant, rate, body.valid_to), db=db)

    return post.move(rate, act, _tell_rate)


@turnovers.post("", status_code=201, response_model=TurnoverObject)
def tell_year(body: TurnoverCreate, post: Posted) -> Response:
    """Tell the turnover of a financial year; it decides how many digits a tax code must have."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        command = TellTurnover(caller.tenant, id, caller.at, body.financial_year, body.amount)
        tell_turnover(command, db=db)

    return post.make(act, _tell_turnover)


@turnovers.get("", response_model=ListOf[TurnoverObject])
def list_years(caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List what was told of turnovers, newest first; the latest word on a year counts."""
    return listed(caller, TURNOVERS, query, TurnoverObject.of)


def _tell_rate(uow: UnitOfWork, id: UUID, livemode: bool) -> TaxRateObject:
    row = uow.tax_facts.rate_row(id)
    if row is None:
        raise NotFound("tax rate", public_id("txr", id))
    return TaxRateObject.of(row, livemode)


def _tell_turnover(uow: UnitOfWork, id: UUID, livemode: bool) -> TurnoverObject:
    row = uow.tax_facts.turnover(id)
    if row is None:
        raise NotFound("turnover", public_id("trn", id))
    return TurnoverObject.of(row, livemode)
