"""/v1/subscriptions/{id}/story"""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.schemas.stories import StoryObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.story import story_of
from khata.db.transaction import UnitOfWork

router = APIRouter(prefix="/v1", tags=["Subscriptions"], route_class=StrictRoute)


@router.get("/subscriptions/{id}/story", response_model=StoryObject)
def story(id: str, caller: Called) -> Response:
    """Read what happened to a subscription: sentences with who and when, oldest first."""
    return caller.answer(tell_story, parse_id("sub", id))


def tell_story(uow: UnitOfWork, id: UUID, livemode: bool) -> StoryObject:
    subscription = uow.subscriptions.get(id)
    told = story_of(uow.connection, id)
    return StoryObject.of(subscription, told, livemode)
