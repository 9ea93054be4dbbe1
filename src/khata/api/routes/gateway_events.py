"""/v1/gateway_events, and /webhooks, where gateways tell what happened"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, engine_of
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id, ShortLine
from khata.api.schemas.gateways import EventStatusName, GatewayEventObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.gateways import GATEWAY_EVENTS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.gateways.receive_gateway_event import (
    ReceiveGatewayEvent,
    receive_gateway_event,
)
from khata.usecases.gateways.replay_gateway_event import (
    ReplayGatewayEvent,
    replay_gateway_event,
)
from khata.wiring import Engine

router = APIRouter(prefix="/v1/gateway_events", tags=["Gateway events"], route_class=StrictRoute)
told = APIRouter(prefix="/webhooks", include_in_schema=False)


class GatewayEventQuery(ListQuery):
    """Which events."""

    account: Id | None = Field(None, description="Only those of this gateway account")
    status: EventStatusName | None = Field(None, description="Only those that stand so")
    type: ShortLine | None = Field(None, description="Only those of this type")


@router.get("", response_model=ListOf[GatewayEventObject])
def list_all(caller: Called, query: Annotated[GatewayEventQuery, Query()]) -> Response:
    """List what gateways told, the newest first."""
    return listed(caller, GATEWAY_EVENTS, query, GatewayEventObject.of)


@router.get("/{id}", response_model=GatewayEventObject)
def read(id: str, caller: Called) -> Response:
    """Read what a gateway told, and what came of it."""
    return caller.answer(tell, parse_id("ge", id))


@router.post("/{id}/replay", response_model=GatewayEventObject)
def replay(id: str, post: Posted) -> Response:
    """Apply an event anew. What is no news by now changes nothing."""
    caller = post.caller

    def act(db: Database, event: UUID) -> None:
        replay_gateway_event(ReplayGatewayEvent(caller.tenant, event, caller.at), db=db)

    return post.move(parse_id("ge", id), act, tell)


async def _raw(request: Request) -> bytes:
    return await request.body()


@told.post("/{gateway}/{id}")
def receive(
    gateway: str,
    id: str,
    request: Request,
    body: Annotated[bytes, Depends(_raw)],
    engine: Annotated[Engine, Depends(engine_of)],
) -> Response:
    """Keep what a gateway tells, once it is proven to be the gateway's; it is applied later."""
    account = parse_id("ga", id)
    rows = engine.db.ask("select tenant_of_gateway_account(%s)", account)
    tenant = rows[0][0] if rows else None
    if tenant is None:
        raise NotFound("gateway account", id)
    command = ReceiveGatewayEvent(
        tenant=tenant,
        gateway=gateway,
        account_id=account,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        now=engine.clock.now(),
        at=engine.now(tenant),
    )
    receive_gateway_event(command, tools=engine.gateway_tools(engine.db))
    return Response(status_code=200)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> GatewayEventObject:
    event = uow.gateway_events.get(id)
    if event is None:
        raise NotFound("gateway event", public_id("ge", id))
    return GatewayEventObject.of(event, livemode)
