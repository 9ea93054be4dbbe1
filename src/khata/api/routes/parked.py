"""/v1/parked"""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.parked import ParkedKind, ParkedObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.happenings import PARKED
from khata.db.reads.lists import find
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.tenants.release_parked import ReleaseParked, release_parked

router = APIRouter(prefix="/v1/parked", tags=["Parked work"], route_class=StrictRoute)


class ParkedQuery(ListQuery):
    """Which parked work."""

    status: Literal["waiting", "released"] = Field(
        "waiting", description="What still waits for a person, or what was taken up again"
    )
    kind: ParkedKind | None = Field(None, description="Only work of this kind")


@router.get("", response_model=ListOf[ParkedObject])
def list_all(caller: Called, query: Annotated[ParkedQuery, Query()]) -> Response:
    """List the work that was set aside, with its reason, newest first."""
    return listed(caller, PARKED, query, ParkedObject.of)


@router.get("/{id}", response_model=ParkedObject)
def read(id: str, caller: Called) -> Response:
    """Read parked work."""
    return caller.answer(tell, parse_id("park", id))


@router.post("/{id}/release", response_model=ParkedObject)
def release(id: str, post: Posted) -> Response:
    """Let parked work be tried again. What is still wrong sets it aside again.

    A refund that the gateway refused is tried as a new one, with the next number.
    """
    caller = post.caller

    def act(db: Database, work: UUID) -> None:
        release_parked(ReleaseParked(caller.tenant, work, caller.at), db=db)

    return post.move(parse_id("park", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> ParkedObject:
    return ParkedObject.of(find(uow.connection, PARKED, id), livemode)
