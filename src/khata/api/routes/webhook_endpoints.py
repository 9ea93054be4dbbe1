"""/v1/webhook_endpoints"""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.posting import Post, Posted
from khata.api.routes import webhook_deliveries
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.webhooks import (
    EndpointStatusName,
    WebhookDeliveryObject,
    WebhookEndpointChange,
    WebhookEndpointCreate,
    WebhookEndpointDeleted,
    WebhookEndpointObject,
    WebhookReplay,
    WebhookSecretRotate,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.webhooks import Endpoint
from khata.db.reads.lists import find, page
from khata.db.reads.webhooks import ENDPOINTS, waiting_of
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.webhooks.change_webhook_endpoint import (
    ChangeWebhookEndpoint,
    EndpointChanges,
    change_webhook_endpoint,
)
from khata.usecases.webhooks.create_webhook_endpoint import (
    CreateWebhookEndpoint,
    create_webhook_endpoint,
)
from khata.usecases.webhooks.delete_webhook_endpoint import (
    DeleteWebhookEndpoint,
    delete_webhook_endpoint,
)
from khata.usecases.webhooks.disable_webhook_endpoint import (
    DisableWebhookEndpoint,
    disable_webhook_endpoint,
)
from khata.usecases.webhooks.enable_webhook_endpoint import (
    EnableWebhookEndpoint,
    enable_webhook_endpoint,
)
from khata.usecases.webhooks.ping_webhook_endpoint import (
    PingWebhookEndpoint,
    ping_webhook_endpoint,
)
from khata.usecases.webhooks.replay_events import ReplayEvents, replay_events
from khata.usecases.webhooks.rotate_webhook_secret import (
    RotateWebhookSecret,
    rotate_webhook_secret,
)
from khata.usecases.webhooks.tools import WebhookTools

router = APIRouter(
    prefix="/v1/webhook_endpoints", tags=["Webhook endpoints"], route_class=StrictRoute
)


class EndpointQuery(ListQuery):
    """Which endpoints."""

    status: EndpointStatusName | None = Field(None, description="Only those that stand so")


@router.post("", status_code=201, response_model=WebhookEndpointObject)
def create(body: WebhookEndpointCreate, post: Posted) -> Response:
    """Send news to an address from now on.

    The secret is in this answer only; a repeated request is answered without it.
    """
    caller = post.caller

    def act(db: Database, id: UUID) -> str:
        command = CreateWebhookEndpoint(caller.tenant, id, caller.at, **body.model_dump())
        return create_webhook_endpoint(command, tools=_tools(post, db))

    return post.make(act, tell, reveal=lambda secret: {"secret": secret})


@router.get("", response_model=ListOf[WebhookEndpointObject])
def list_all(caller: Called, query: Annotated[EndpointQuery, Query()]) -> Response:
    """List the endpoints, newest first."""
    wanted = query.wanted(ENDPOINTS)
    with caller.reading() as uow:
        found = page(uow.connection, ENDPOINTS, wanted)
        told = [_told(uow, endpoint, caller.livemode) for endpoint in found.rows]
    return as_json(
        ListOf[WebhookEndpointObject].model_construct(
            data=told, has_more=found.has_more, url=caller.request.url.path
        )
    )


@router.get("/{id}", response_model=WebhookEndpointObject)
def read(id: str, caller: Called) -> Response:
    """Read an endpoint: how it stands, and how much waits for it."""
    return caller.answer(tell, parse_id("we", id))


@router.patch("/{id}", response_model=WebhookEndpointObject)
def change(id: str, body: WebhookEndpointChange, caller: Called) -> Response:
    """Change an endpoint. What waits to be sent goes to the new address."""
    endpoint = parse_id("we", id)
    changes = cast(EndpointChanges, body.model_dump(exclude_unset=True))
    command = ChangeWebhookEndpoint(caller.tenant, endpoint, changes)
    change_webhook_endpoint(command, tools=caller.engine.webhook_tools)
    return caller.answer(tell, endpoint)


@router.delete("/{id}", response_model=WebhookEndpointDeleted)
def delete(id: str, caller: Called) -> Response:
    """Delete an endpoint. The log of what it was sent stays."""
    endpoint = parse_id("we", id)
    command = DeleteWebhookEndpoint(caller.tenant, endpoint, caller.engine.clock.now())
    delete_webhook_endpoint(command, db=caller.engine.db)
    return as_json(WebhookEndpointDeleted(id=public_id("we", endpoint), deleted=True))


@router.post("/{id}/rotate_secret", response_model=WebhookEndpointObject)
def rotate_secret(id: str, body: WebhookSecretRotate, post: Posted) -> Response:
    """Make a new secret. For a while the old one signs too, so that nothing is refused meanwhile.

    The secret is in this answer only; a repeated request is answered without it.
    """
    caller = post.caller

    def act(db: Database, endpoint: UUID) -> str:
        command = RotateWebhookSecret(
            caller.tenant,
            endpoint,
            caller.engine.clock.now(),
            timedelta(hours=body.overlap_hours),
        )
        return rotate_webhook_secret(command, tools=_tools(post, db))

    return post.move(parse_id("we", id), act, tell, reveal=lambda secret: {"secret": secret})


@router.post("/{id}/enable", response_model=WebhookEndpointObject)
def enable(id: str, post: Posted) -> Response:
    """Send news to it again, from now on; a replay brings what happened meanwhile."""
    caller = post.caller

    def act(db: Database, endpoint: UUID) -> None:
        enable_webhook_endpoint(EnableWebhookEndpoint(caller.tenant, endpoint), db=db)

    return post.move(parse_id("we", id), act, tell)


@router.post("/{id}/disable", response_model=WebhookEndpointObject)
def disable(id: str, post: Posted) -> Response:
    """Send nothing to it any more. What waits to be sent is discarded."""
    caller = post.caller

    def act(db: Database, endpoint: UUID) -> None:
        command = DisableWebhookEndpoint(
            caller.tenant, endpoint, caller.engine.clock.now(), caller.at
        )
        disable_webhook_endpoint(command, db=db)

    return post.move(parse_id("we", id), act, tell)


@router.post("/{id}/test", response_model=WebhookDeliveryObject)
def test(id: str, post: Posted) -> Response:
    """Send it a test, whatever its filters say: an event `webhook_endpoint.tested` of its own.

    The answer is the delivery; ask for it again to see what came of it.
    """
    caller = post.caller
    queued: list[UUID] = []

    def act(db: Database, endpoint: UUID) -> None:
        command = PingWebhookEndpoint(caller.tenant, endpoint, caller.at)
        queued.append(ping_webhook_endpoint(command, db=db))

    def tell_delivery(uow: UnitOfWork, endpoint: UUID, livemode: bool) -> WebhookDeliveryObject:
        # Where a crash came between, the last test is told: it is this one, or a later one.
        delivery = queued[0] if queued else uow.webhook_deliveries.last_about(endpoint)
        return webhook_deliveries.tell(uow, delivery, livemode)

    return post.move(parse_id("we", id), act, tell_delivery)


@router.post("/{id}/replay", response_model=WebhookEndpointObject)
def replay(id: str, body: WebhookReplay, post: Posted) -> Response:
    """Send all again that happened in a stretch of time, at most 20,000 events, in order.

    The endpoint's filters hold. Its `waiting` then says how much is on its way.
    """
    caller = post.caller

    def act(db: Database, endpoint: UUID) -> None:
        command = ReplayEvents(
            caller.tenant, endpoint, caller.at, body.from_, body.to, body.only_missed
        )
        replay_events(command, db=db)

    return post.move(parse_id("we", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> WebhookEndpointObject:
    return _told(uow, find(uow.connection, ENDPOINTS, id), livemode)


def _told(uow: UnitOfWork, endpoint: Endpoint, livemode: bool) -> WebhookEndpointObject:
    waiting = waiting_of(uow.connection, endpoint.id)
    return WebhookEndpointObject.of(endpoint, livemode, waiting=waiting)


def _tools(post: Post, db: Database) -> WebhookTools:
    return replace(post.caller.engine.webhook_tools, db=db)
