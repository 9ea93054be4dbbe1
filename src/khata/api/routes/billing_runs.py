"""/v1/billing_runs"""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called, Caller
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.billing_runs import BillingRunCreate, BillingRunObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.periods import day_of
from khata.db.reads.happenings import BILLING_RUNS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work

router = APIRouter(prefix="/v1/billing_runs", tags=["Billing runs"], route_class=StrictRoute)


@router.post("", status_code=201, response_model=BillingRunObject)
def create(post: Posted, body: BillingRunCreate | None = None) -> Response:
    """Bill what is due. The engine does it by itself; nobody is billed twice when both do.

    A run as of today also collects and mails what it made; what a run as of another day made is
    collected and mailed when the engine next looks.
    """
    caller = post.caller
    as_of = body.as_of if body else None

    def act(db: Database, id: UUID) -> None:
        run = run_billing(RunBilling(caller.tenant, id, as_of, caller.at, "api"), db=db)
        if as_of is None or run.as_of == _today(caller):
            do_due_work(DoDueWork(caller.tenant, caller.at, "api"), tools=caller.engine.tools)

    return post.make(act, tell)


@router.get("", response_model=ListOf[BillingRunObject])
def list_all(caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List the billing runs, newest first."""
    return listed(caller, BILLING_RUNS, query, BillingRunObject.of)


@router.get("/{id}", response_model=BillingRunObject)
def read(id: str, caller: Called) -> Response:
    """Read a billing run."""
    return caller.answer(tell, parse_id("run", id))


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> BillingRunObject:
    return BillingRunObject.of(uow.runs.get(id), livemode)


def _today(caller: Caller) -> date:
    with caller.reading() as uow:
        zone = uow.tenants.get().timezone
    return day_of(caller.at, zone)
