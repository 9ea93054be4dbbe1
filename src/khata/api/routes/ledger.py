"""/v1/ledger: the trial balance and the entries"""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.listing import listed
from khata.api.schemas.fields import Currency, Day
from khata.api.schemas.ledger import EntryKind, EntryObject, TrialBalanceObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.money import known_currency
from khata.core.periods import day_of
from khata.core.refusal import Refusal
from khata.db.reads.books import ENTRIES, trial_balance
from khata.db.reads.lists import find
from khata.db.transaction import UnitOfWork

router = APIRouter(prefix="/v1/ledger", tags=["Ledger"], route_class=StrictRoute)


class DaysReversed(Refusal):
    """The first day that is asked for comes after the last."""


class BalanceQuery(BaseModel):
    """Of which day and currency."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day | None = Field(None, description="The day, its own entries included; else today")
    currency: Currency | None = Field(None, description="ISO 4217; else the account's")


class EntryQuery(ListQuery):
    """Which entries."""

    kind: EntryKind | None = Field(None, description="Only those that book this fact")
    booked_from: Day | None = Field(None, description="Only those of this day or after")
    booked_to: Day | None = Field(None, description="Only those of this day or before")

    def in_order(self) -> Self:
        """Return the query, or refuse days that can hold nothing. Raises: DaysReversed."""
        if self.booked_from and self.booked_to and self.booked_from > self.booked_to:
            raise DaysReversed(
                f"booked_from is {self.booked_from}, after booked_to, which is {self.booked_to}",
                param="booked_from",
            )
        return self


@router.get("/trial_balance", response_model=TrialBalanceObject)
def read_trial_balance(caller: Called, query: Annotated[BalanceQuery, Query()]) -> Response:
    """Read every ledger account's balance at the end of a day, in one currency."""
    if query.currency is not None:
        known_currency(query.currency, param="currency")
    with caller.reading() as uow:
        tenant = uow.tenants.get()
        currency = query.currency or tenant.currency
        as_of = query.as_of or day_of(caller.at, tenant.timezone)
        balances = trial_balance(uow.connection, as_of, currency)
    return as_json(TrialBalanceObject.of(balances, caller.livemode, as_of=as_of, currency=currency))


@router.get("/entries", response_model=ListOf[EntryObject])
def list_all(caller: Called, query: Annotated[EntryQuery, Query()]) -> Response:
    """List the ledger's entries with their postings, newest first."""
    return listed(caller, ENTRIES, query.in_order(), EntryObject.of)


@router.get("/entries/{id}", response_model=EntryObject)
def read(id: str, caller: Called) -> Response:
    """Read an entry of the ledger."""
    return caller.answer(tell, parse_id("je", id))


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> EntryObject:
    return EntryObject.of(find(uow.connection, ENTRIES, id), livemode)
