"""/v1/webhook_deliveries"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.webhooks import DeliveryStatusName, WebhookDeliveryObject, told_tries
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.lists import find
from khata.db.reads.webhooks import DELIVERIES, tries_of
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.webhooks.resend_delivery import ResendDelivery, resend_delivery

router = APIRouter(
    prefix="/v1/webhook_deliveries", tags=["Webhook deliveries"], route_class=StrictRoute
)


class DeliveryQuery(ListQuery):
    """Which deliveries."""

    endpoint: Id | None = Field(None, description="Only those to this endpoint")
    event: Id | None = Field(None, description="Only those of this event")
    status: DeliveryStatusName | None = Field(None, description="Only those that stand so")


@router.get("", response_model=ListOf[WebhookDeliveryObject])
def list_all(caller: Called, query: Annotated[DeliveryQuery, Query()]) -> Response:
    """List the deliveries, newest first."""
    return listed(caller, DELIVERIES, query, WebhookDeliveryObject.of)


@router.get("/{id}", response_model=WebhookDeliveryObject)
def read(id: str, caller: Called) -> Response:
    """Read a delivery with each of its tries: what was sent, and what was answered."""
    return caller.answer(tell, parse_id("whd", id))


@router.post("/{id}/resend", response_model=WebhookDeliveryObject)
def resend(id: str, post: Posted) -> Response:
    """Send it again at once, however it ended, with all the tries of the schedule."""
    caller = post.caller

    def act(db: Database, delivery: UUID) -> None:
        resend_delivery(ResendDelivery(caller.tenant, delivery), db=db)

    return post.move(parse_id("whd", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> WebhookDeliveryObject:
    view = find(uow.connection, DELIVERIES, id)
    tries = list(tries_of(uow.connection, id))
    return WebhookDeliveryObject.of(view, livemode, log=told_tries(view, tries, livemode))
