"""/v1/events"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.events import EventObject, EventType
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.webhooks import EventResend
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.happenings import EVENTS, events_about
from khata.db.reads.lists import find
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.webhooks.resend_event import ResendEvent, resend_event

router = APIRouter(prefix="/v1/events", tags=["Events"], route_class=StrictRoute)


class EventQuery(ListQuery):
    """Which events."""

    type: EventType | None = Field(None, description="Only those of this type")
    subject: Id | None = Field(None, description="Only what happened to this one")


@router.get("", response_model=ListOf[EventObject])
def list_all(caller: Called, query: Annotated[EventQuery, Query()]) -> Response:
    """List what has happened, newest first."""
    listing = EVENTS if query.subject is None else events_about(query.subject)
    return listed(caller, listing, query, EventObject.of)


@router.get("/{id}", response_model=EventObject)
def read(id: str, caller: Called) -> Response:
    """Read an event."""
    return caller.answer(tell, parse_id("evt", id))


@router.post("/{id}/resend", response_model=EventObject)
def resend(id: str, body: EventResend, post: Posted) -> Response:
    """Send an event again to one endpoint, or to all that want it."""
    caller = post.caller
    endpoint = None
    if body.endpoint is not None:
        endpoint = parse_id("we", body.endpoint, param="endpoint")

    def act(db: Database, event: UUID) -> None:
        resend_event(ResendEvent(caller.tenant, event, caller.at, endpoint), db=db)

    return post.move(parse_id("evt", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> EventObject:
    return EventObject.of(find(uow.connection, EVENTS, id), livemode)
