"""/v1/test_clock"""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.posting import Posted
from khata.api.schemas.fields import Flag
from khata.api.schemas.test_clocks import (
    TestClockAdvance,
    TestClockCreate,
    TestClockDeleted,
    TestClockObject,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import public_id
from khata.db.stores.clocks import TestClock
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.tenants.advance_test_clock import AdvanceTestClock, advance_test_clock
from khata.usecases.tenants.delete_test_clock import (
    DeleteTestClock,
    NoTestClock,
    delete_test_clock,
)
from khata.usecases.tenants.set_test_clock import SetTestClock, set_test_clock

router = APIRouter(prefix="/v1/test_clock", tags=["Test clock"], route_class=StrictRoute)


class AdvanceQuery(BaseModel):
    """How long the answer takes."""

    model_config = ConfigDict(extra="forbid")

    wait: Flag = Field(
        True,
        description="false: answer at once, with status `advancing`; else when all is done",
    )


@router.post("", status_code=201, response_model=TestClockObject)
def create(body: TestClockCreate, post: Posted) -> Response:
    """Freeze the time of a test tenant. It has at most one clock."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        set_test_clock(SetTestClock(caller.tenant, id, body.frozen_time), db=db)

    return post.make(act, tell)


@router.get("", response_model=TestClockObject)
def read(caller: Called) -> Response:
    """Read the clock: where time stands, what is due next, and why it does not get on."""
    return caller.answer(tell, caller.tenant)


@router.delete("", response_model=TestClockDeleted)
def delete(caller: Called) -> Response:
    """Return the tenant to the present."""
    with caller.reading() as uow:
        clock = _clock(uow)
    command = DeleteTestClock(caller.tenant, caller.engine.clock.now())
    delete_test_clock(command, db=caller.engine.db)
    return as_json(TestClockDeleted(id=public_id("clk", clock.id), deleted=True))


@router.post("/advance", response_model=TestClockObject)
def advance(
    body: TestClockAdvance, post: Posted, query: Annotated[AdvanceQuery, Query()]
) -> Response:
    """Let time pass, any distance: everything due on the way happens in order, at its own time."""
    caller = post.caller
    arrived: list[TestClock] = []

    def act(db: Database, tenant: UUID) -> None:
        command = AdvanceTestClock(tenant, body.to, wait=query.wait)
        tools = replace(caller.engine.tools, db=db)
        arrived.append(advance_test_clock(command, tools=tools))

    def tell_arrived(uow: UnitOfWork, id: UUID, livemode: bool) -> TestClockObject:
        # As it was when this call was done; another may have sent it on since.
        return _told(uow, arrived[0]) if arrived else tell(uow, id, livemode)

    return post.move(caller.tenant, act, tell_arrived)


def tell(uow: UnitOfWork, _: UUID, livemode: bool) -> TestClockObject:
    return _told(uow, _clock(uow))


def _told(uow: UnitOfWork, clock: TestClock) -> TestClockObject:
    return TestClockObject.of(clock, uow.clocks.due_times(), parked=uow.parked.count())


def _clock(uow: UnitOfWork) -> TestClock:
    clock = uow.clocks.get()
    if clock is None:
        raise NoTestClock("This tenant has no test clock; its time is the machine's")
    return clock
