"""What gateways told by themselves: the list, one event with what came, and the replay button."""

from typing import Final

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.dashboard.browsing import browsing
from khata.dashboard.masking import shown_body
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads.browse_gateways import gateway_events
from khata.usecases.gateways.replay_gateway_event import ReplayGatewayEvent, replay_gateway_event
from khata.wiring import Engine

HOME: Final = "/dashboard/gateway-events"
_STATUSES: Final = ("waiting", "applied", "set_aside", "dead")
# What an event named by our id is about, by its subject.
_OURS: Final = {"charge": "att", "refund": "re"}


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get(HOME)
    def events(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "ge", _STATUSES)
        with engine.db.transaction(viewer.tenant) as uow:
            found = gateway_events(
                uow.connection, asked.cursor, status=asked.status, search=asked.search
            )
        return page(
            "gateway_events.html",
            viewer=viewer,
            here="gateways",
            asked=asked,
            found=found,
            statuses=_STATUSES,
        )

    @routes.get(HOME + "/{name}")
    def event(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("ge", name)
        with engine.db.transaction(viewer.tenant) as uow:
            shown = uow.gateway_events.get(id)
            body, hashed = uow.gateway_events.body(id)
            account = uow.gateway_accounts.get(shown.account_id) if shown else None
        if shown is None or account is None:
            raise NotFound("gateway event", name)
        ours, prefix = shown.told.ours, _OURS.get(shown.told.subject.value)
        return page(
            "gateway_event.html",
            viewer=viewer,
            here="gateways",
            shown=shown,
            account=account,
            ours=public_id(prefix, ours) if ours and prefix else None,
            body=shown_body(body) if body is not None else None,
            hashed=hashed.hex() if hashed else None,
        )

    @routes.post(HOME + "/replay", dependencies=[Depends(own_form)])
    def replay(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        command = ReplayGatewayEvent(viewer.tenant, parse_id("ge", name), viewer.now)
        replay_gateway_event(command, db=engine.db)
        return RedirectResponse(f"{HOME}/{name}", status_code=303)

    return routes
