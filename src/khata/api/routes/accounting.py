"""/v1/analytics/ageing and deferred_revenue, statements of account, the end of a month"""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.schemas.ageing import AgeingObject
from khata.api.schemas.deferral import DeferredRevenueObject
from khata.api.schemas.fields import Currency, Day
from khata.api.schemas.month_end import MonthEndObject
from khata.api.schemas.statements import StatementObject
from khata.api.strict_route import StrictRoute
from khata.core.deferral import months_between
from khata.core.ids import parse_id
from khata.core.money import known_currency
from khata.core.month_end import checks_of, last_day_of
from khata.core.periods import day_of, start_of_day
from khata.core.recovery import check_range
from khata.core.refusal import NotFound
from khata.core.statement_of_account import Statement
from khata.db.reads.ageing import aged_receivables
from khata.db.reads.deferral import deferred_by_month, deferred_to_come
from khata.db.reads.month_end import month_facts
from khata.db.reads.statements import customer_statement, statement_document
from khata.db.transaction import UnitOfWork

router = APIRouter(prefix="/v1", tags=["Accounting"], route_class=StrictRoute)


class AgeingQuery(BaseModel):
    """Of which day."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day | None = Field(None, description="At the end of this day; else of today")


class DaysQuery(BaseModel):
    """Which days, of the account's calendar."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Day | None = Field(
        None, alias="from", description="The first day; else the first of the last day's month"
    )
    to: Day | None = Field(None, description="The last day, itself included; else today")

    def days(self, today: date) -> tuple[date, date]:
        """Return both days. Raises: BadRange."""
        last = self.to or today
        first = self.from_ or last.replace(day=1)
        check_range(first, last)
        return first, last


class MonthQuery(BaseModel):
    """Which month."""

    model_config = ConfigDict(extra="forbid")

    day: Day | None = Field(None, description="Any day of the month; else one of last month")


class StatementQuery(DaysQuery):
    """Which days and currency."""

    currency: Currency | None = Field(None, description="ISO 4217; else the customer's")


@router.get("/analytics/ageing", response_model=AgeingObject)
def read_ageing(caller: Called, query: Annotated[AgeingQuery, Query()]) -> Response:
    """Read what customers owe at the end of a day, by how long it has been past due.

    It is read from the books: the total of a currency is the balance of `receivable` on that day.
    """
    with caller.reading() as uow:
        zone = uow.tenants.get().timezone
        as_of = query.as_of or day_of(caller.at, zone)
        after = start_of_day(as_of + timedelta(days=1), zone)
        rows = aged_receivables(uow.connection, as_of=as_of, after=after)
    return as_json(AgeingObject.told(rows, as_of=as_of, livemode=caller.livemode))


@router.get("/analytics/deferred_revenue", response_model=DeferredRevenueObject)
def read_deferred_revenue(caller: Called, query: Annotated[DaysQuery, Query()]) -> Response:
    """Read deferred revenue by month as booked, and when what is deferred now will be earned."""
    with caller.reading() as uow:
        today = day_of(caller.at, uow.tenants.get().timezone)
        months = months_between(*query.days(today), param="from")
        booked = deferred_by_month(uow.connection, months)
        to_come = deferred_to_come(uow.connection)
    return as_json(DeferredRevenueObject.told(booked, to_come, caller.livemode))


@router.get("/customers/{id}/statement", response_model=StatementObject)
def read_statement(id: str, caller: Called, query: Annotated[StatementQuery, Query()]) -> Response:
    """Read a customer's statement of account: what it owed, each change, and what it owes."""
    with caller.reading() as uow:
        statement = _statement(uow, id, caller, query)
    return as_json(StatementObject.told(statement, parse_id("cus", id), caller.livemode))


@router.get(
    "/customers/{id}/statement/pdf",
    response_class=Response,
    responses={200: {"description": "The statement as PDF/A", "content": {"application/pdf": {}}}},
)
def read_statement_pdf(
    id: str, caller: Called, query: Annotated[StatementQuery, Query()]
) -> Response:
    """Read the same statement as a PDF to give to the customer."""
    with caller.reading() as uow:
        statement = _statement(uow, id, caller, query)
        document = statement_document(uow.connection, parse_id("cus", id), statement)
    name = f"statement-{statement.first}-{statement.last}.pdf"
    return Response(
        caller.engine.pdf.statement(document),
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _statement(uow: UnitOfWork, id: str, caller: Called, query: StatementQuery) -> Statement:
    """Return a customer's statement. Raises: NotFound, UnknownCurrency."""
    if query.currency is not None:
        known_currency(query.currency, param="currency")
    first, last = query.days(day_of(caller.at, uow.tenants.get().timezone))
    customer = uow.customers.get(parse_id("cus", id))
    if customer is None:
        raise NotFound("customer", id)
    return customer_statement(
        uow.connection,
        customer.id,
        currency=query.currency or customer.currency,
        first=first,
        last=last,
    )


@router.get("/ledger/month_end", response_model=MonthEndObject)
def read_month_end(caller: Called, query: Annotated[MonthQuery, Query()]) -> Response:
    """Read what to look at before a month is called closed, and how each stands.

    Revenue is recognised by itself as soon as the month is over; nothing is closed by hand.
    """
    with caller.reading() as uow:
        zone = uow.tenants.get().timezone
        before = day_of(caller.at, zone).replace(day=1) - timedelta(days=1)
        last_day = last_day_of(query.day or before)
        after = start_of_day(last_day + timedelta(days=1), zone)
        facts = month_facts(uow.connection, last_day=last_day, after=after)
    told = MonthEndObject.told(checks_of(facts), last_day=last_day, livemode=caller.livemode)
    return as_json(told)
