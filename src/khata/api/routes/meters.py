"""/v1/meters"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.meters import MeterCreate, MeterObject
from khata.api.schemas.plans import Code
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.metering import Aggregation, Meter, PropertyFilter
from khata.db.reads.usage import METERS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.usage.archive_meter import ArchiveMeter, archive_meter
from khata.usecases.usage.create_meter import CreateMeter, create_meter

router = APIRouter(prefix="/v1/meters", tags=["Meters"], route_class=StrictRoute)


class MeterQuery(ListQuery):
    """Which meters."""

    code: Code | None = Field(None, description="Only the meter with this code")


@router.post("", status_code=201, response_model=MeterObject)
def create(body: MeterCreate, post: Posted) -> Response:
    """Make a way to count usage."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        meter = Meter(
            id,
            body.code,
            body.name or body.code,
            Aggregation(body.aggregation),
            body.field,
            tuple(PropertyFilter(one.property, tuple(one.one_of)) for one in body.filters),
            body.resets,
            caller.at,
        )
        create_meter(CreateMeter(caller.tenant, meter), db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[MeterObject])
def list_all(caller: Called, query: Annotated[MeterQuery, Query()]) -> Response:
    """List the meters, newest first, archived ones included."""
    return listed(caller, METERS, query, MeterObject.of)


@router.get("/{id}", response_model=MeterObject)
def read(id: str, caller: Called) -> Response:
    """Read a meter."""
    return caller.answer(tell, parse_id("mtr", id))


@router.post("/{id}/archive", response_model=MeterObject)
def archive(id: str, post: Posted) -> Response:
    """Let it take no more events. What it counted is billed as ever."""
    caller = post.caller

    def act(db: Database, meter: UUID) -> None:
        archive_meter(ArchiveMeter(caller.tenant, meter, caller.at), db=db)

    return post.move(parse_id("mtr", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> MeterObject:
    return MeterObject.of(uow.meters.get(id), livemode)
