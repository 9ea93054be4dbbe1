"""Webhooks: the endpoints and how they stand, what was sent to them, and one delivery in full."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.event_wire import event_object
from khata.core.ids import parse_id, public_id
from khata.core.webhook_message import body_of, headers_of
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import browse, lists
from khata.db.reads.webhooks import (
    DELIVERIES,
    ENDPOINTS,
    DeliveryView,
    TryView,
    tries_of,
    waiting_of,
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
from khata.usecases.webhooks.resend_delivery import ResendDelivery, resend_delivery
from khata.wiring import Engine

HOME: Final = "/dashboard/webhooks"
_STATUSES: Final = ("waiting", "succeeded", "failed", "discarded")  # as people call them
_ALL: Final = lists.Wanted(limit=100)  # a tenant has fewer


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    _to_read(routes, engine)
    _to_act(routes, engine)
    return routes


def _to_read(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.get(HOME)
    def webhooks(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "whd", _STATUSES)
        with engine.db.transaction(viewer.tenant) as uow:
            endpoints = lists.page(uow.connection, ENDPOINTS, _ALL).rows
            waiting = {one.id: waiting_of(uow.connection, one.id) for one in endpoints}
            found = browse.deliveries(uow.connection, asked.cursor, status=_stored(asked.status))
        return page(
            "webhooks.html",
            viewer=viewer,
            here="webhooks",
            endpoints=endpoints,
            waiting=waiting,
            asked=asked,
            found=found,
            statuses=_STATUSES,
        )

    @routes.get(HOME + "/deliveries/{name}")
    def delivery(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("whd", name)
        with engine.db.transaction(viewer.tenant) as uow:
            shown = lists.find(uow.connection, DELIVERIES, id)
            endpoint = uow.webhook_endpoints.get(shown.endpoint_id)
            tries = [(one, _headers(shown, one)) for one in tries_of(uow.connection, id)]
        return page(
            "webhook_delivery.html",
            viewer=viewer,
            here="webhooks",
            shown=shown,
            endpoint=endpoint,
            tries=tries,
            body=body_of(event_object(shown.event, livemode=viewer.shop.livemode)).decode(),
        )

    @routes.get(HOME + "/{name}")
    def endpoint(name: str, request: Request, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("we", name)
        asked = browsing(request, "whd", _STATUSES)
        with engine.db.transaction(viewer.tenant) as uow:
            shown = lists.find(uow.connection, ENDPOINTS, id)
            waiting = waiting_of(uow.connection, id)
            found = browse.deliveries(
                uow.connection, asked.cursor, status=_stored(asked.status), endpoint=id
            )
        return page(
            "webhook_endpoint.html",
            viewer=viewer,
            here="webhooks",
            shown=shown,
            waiting=waiting,
            asked=asked,
            found=found,
            statuses=_STATUSES,
        )


def _to_act(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.post(HOME + "/resend", dependencies=[Depends(own_form)])
    def resend(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        resend_delivery(ResendDelivery(viewer.tenant, parse_id("whd", name)), db=engine.db)
        return _back_to(f"{HOME}/deliveries/{name}")

    @routes.post(HOME + "/test", dependencies=[Depends(own_form)])
    def test(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        command = PingWebhookEndpoint(viewer.tenant, parse_id("we", name), viewer.now)
        delivery: UUID = ping_webhook_endpoint(command, db=engine.db)
        return _back_to(f"{HOME}/deliveries/{public_id('whd', delivery)}")

    @routes.post(HOME + "/enable", dependencies=[Depends(own_form)])
    def enable(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        command = EnableWebhookEndpoint(viewer.tenant, parse_id("we", name))
        enable_webhook_endpoint(command, db=engine.db)
        return _back_to(f"{HOME}/{name}")

    @routes.post(HOME + "/disable", dependencies=[Depends(own_form)])
    def disable(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        command = DisableWebhookEndpoint(
            viewer.tenant, parse_id("we", name), engine.clock.now(), viewer.now
        )
        disable_webhook_endpoint(command, db=engine.db)
        return _back_to(f"{HOME}/{name}")


def _stored(status: str | None) -> str | None:
    return "pending" if status == "waiting" else status


def _headers(shown: DeliveryView, one: TryView) -> dict[str, str]:
    return headers_of(id=public_id("evt", shown.event.id), at=one.at, signature=one.signature)


def _back_to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
