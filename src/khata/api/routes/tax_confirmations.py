"""/v1/tax_confirmations, and what is on file of taxes abroad"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Asked, Id, State
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.sales_tax import (
    TaxConfirmationCreate,
    TaxConfirmationObject,
    ThresholdsObject,
    UsStatesObject,
    UsStateTold,
    WatchedTold,
)
from khata.api.schemas.taxes import LastDay
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.core.tax.thresholds import watched
from khata.core.tax.us_states import DISCLAIMER, attribution, known_since, source, us_states
from khata.db.reads.taxes import TAX_CONFIRMATIONS
from khata.db.reads.thresholds import sold_abroad
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.taxes.confirm_tax import ConfirmTax, confirm_tax
from khata.usecases.taxes.end_tax_confirmation import EndTaxConfirmation, end_tax_confirmation

router = APIRouter(
    prefix="/v1/tax_confirmations", tags=["Tax confirmations"], route_class=StrictRoute
)
on_file = APIRouter(prefix="/v1/tax", tags=["Tax"], route_class=StrictRoute)


class TaxConfirmationQuery(ListQuery):
    """Which confirmations."""

    state: State | None = Field(None, description="Only those of this state")


class ThresholdsQuery(Asked):
    """Whose sales."""

    registration: Id | None = Field(None, description="Who sold; else the default registration")


@router.post("", status_code=201, response_model=TaxConfirmationObject)
def confirm(body: TaxConfirmationCreate, post: Posted) -> Response:
    """Confirm how a state of the USA taxes software as a service; without it no sale is billed."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        command = ConfirmTax(caller.tenant, id, caller.at, body.confirmed_by, body.confirmation)
        confirm_tax(command, db=db)

    return post.make(act, _tell)


@router.get("", response_model=ListOf[TaxConfirmationObject])
def list_all(caller: Called, query: Annotated[TaxConfirmationQuery, Query()]) -> Response:
    """List the account's confirmations, newest first."""
    return listed(caller, TAX_CONFIRMATIONS, query, TaxConfirmationObject.of)


@router.get("/{id}", response_model=TaxConfirmationObject)
def read(id: str, caller: Called) -> Response:
    """Read a confirmation."""
    return caller.answer(_tell, parse_id("txc", id))


@router.post("/{id}/end", response_model=TaxConfirmationObject)
def end(id: str, body: LastDay, post: Posted) -> Response:
    """End a confirmation on a day, so that a new one can follow."""
    confirmation, tenant = parse_id("txc", id), post.caller.tenant

    def act(db: Database, _: UUID) -> None:
        end_tax_confirmation(EndTaxConfirmation(tenant, confirmation, body.valid_to), db=db)

    return post.move(confirmation, act, _tell)


@on_file.get("/us_states", response_model=UsStatesObject)
def states(caller: Called) -> Response:
    """Read what is on file of sales tax in the USA: suggestions that tax nothing."""
    return as_json(
        UsStatesObject(
            livemode=caller.livemode,
            data=[UsStateTold.of(one) for one in us_states().values()],
            disclaimer=DISCLAIMER,
            source=source(),
            attribution=attribution(),
            looked_up_on=known_since(),
        )
    )


@on_file.get("/thresholds", response_model=ThresholdsObject)
def thresholds(caller: Called, query: Annotated[ThresholdsQuery, Query()]) -> Response:
    """Read where a registration may have to register, by its sales of twelve months."""
    named = query.registration
    asked = None if named is None else parse_id("reg", named, param="registration")
    with caller.reading() as uow:
        seller = uow.sellers.default() if asked is None else uow.sellers.get(asked)
        if seller is None:
            raise NotFound("registration", str(named), param="registration")
        today = day_of(caller.at, uow.tenants.get().timezone)
        sold = sold_abroad(uow.connection, seller.id, on=today)
    return as_json(
        ThresholdsObject(
            livemode=caller.livemode,
            registration=public_id("reg", seller.id),
            on=today,
            data=[WatchedTold.of(one) for one in watched(sold, seller.nexuses, on=today)],
        )
    )


def _tell(uow: UnitOfWork, id: UUID, livemode: bool) -> TaxConfirmationObject:
    kept = uow.tax_confirmations.get(id)
    if kept is None:
        raise NotFound("tax confirmation", public_id("txc", id))
    return TaxConfirmationObject.of(kept, livemode)
