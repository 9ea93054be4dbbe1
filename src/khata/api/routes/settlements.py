"""/v1/settlements, and what stands in clearing"""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Day, Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.settlements import (
    AgreesName,
    ClearingObject,
    SettlementFetchObject,
    SettlementMatch,
    SettlementObject,
    SettlementsFetch,
    StandingName,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.periods import day_of
from khata.db.reads.lists import find
from khata.db.reads.settlements import SETTLEMENTS, clearing, lines_of
from khata.db.stores.settlement_fetches import SettlementFetches
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.settlements.ask_for_settlements import AskForSettlements, ask_for_settlements
from khata.usecases.settlements.assign_bank_line import AssignBankLine, assign_bank_line

router = APIRouter(prefix="/v1", tags=["Settlements"], route_class=StrictRoute)


class SettlementQuery(ListQuery):
    """Which payouts."""

    account: Id | None = Field(None, description="Only those of this gateway account")
    status: StandingName | None = Field(None, description="Only those whose money is there")
    agreement: AgreesName | None = Field(None, description="Only those that agree, or do not")


class ClearingQuery(BaseModel):
    """Of which day."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day | None = Field(None, description="At the end of this day; otherwise of today")


@router.post(
    "/gateway_accounts/{id}/settlements/fetch",
    status_code=201,
    response_model=SettlementFetchObject,
)
def fetch(id: str, body: SettlementsFetch, post: Posted) -> Response:
    """Fetch an account's payouts: they are due at once, and are booked in the next round of work.

    Live accounts are asked daily by themselves.
    """
    caller, account = post.caller, parse_id("ga", id)

    def act(db: Database, _: UUID) -> None:
        command = AskForSettlements(caller.tenant, account, caller.at, body.since)
        ask_for_settlements(command, db=db, gateways=caller.engine.gateways)

    def told(uow: UnitOfWork, _: UUID, livemode: bool) -> SettlementFetchObject:
        row = SettlementFetches(uow.connection).get(account)
        assert row is not None, "it was asked for a moment ago"
        return SettlementFetchObject.of(row, livemode)

    return post.make(act, told)


@router.get("/settlements", response_model=ListOf[SettlementObject])
def list_all(caller: Called, query: Annotated[SettlementQuery, Query()]) -> Response:
    """List payouts, newest first, without their lines."""
    return listed(caller, SETTLEMENTS, query, SettlementObject.of)


@router.get("/settlements/{id}", response_model=SettlementObject)
def read(id: str, caller: Called) -> Response:
    """Read a payout with every line."""
    return caller.answer(tell, parse_id("set", id))


@router.post("/settlements/{id}/match", response_model=SettlementObject)
def match(id: str, body: SettlementMatch, post: Posted) -> Response:
    """Say with which line of the bank's statement a payout has arrived."""
    caller = post.caller
    line = parse_id("bt", body.bank_transaction, param="bank_transaction")

    def act(db: Database, settlement: UUID) -> None:
        assign_bank_line(AssignBankLine(caller.tenant, settlement, line, caller.at), db=db)

    return post.move(parse_id("set", id), act, tell)


@router.get("/clearing", response_model=ClearingObject)
def read_clearing(caller: Called, query: Annotated[ClearingQuery, Query()]) -> Response:
    """Read what each gateway account holds for you: taken, and not paid out yet."""
    with caller.reading() as uow:
        as_of: date = query.as_of or day_of(caller.at, uow.tenants.get().timezone)
        rows = clearing(uow.connection, as_of)
    return as_json(ClearingObject.of(rows, caller.livemode, as_of=as_of))


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> SettlementObject:
    view = find(uow.connection, SETTLEMENTS, id)
    return SettlementObject.of(view, livemode, lines=lines_of(uow.connection, id))
