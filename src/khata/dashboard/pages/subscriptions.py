"""Subscriptions: the list, and one with its story and what happens next."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from khata.core.ids import parse_id
from khata.core.refusal import NotFound
from khata.core.subscription import Status
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.story import story
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads import browse, closeup, overview
from khata.db.reads.browse import Cursor
from khata.wiring import Engine

_SOME = Cursor(limit=50)


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/subscriptions")
    def subscriptions(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        statuses = tuple(status.value for status in Status)
        asked = browsing(request, "sub", statuses)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.subscriptions(
                uow.connection, asked.cursor, status=asked.status, search=asked.search
            )
        return page(
            "subscriptions.html",
            viewer=viewer,
            here="subscriptions",
            asked=asked,
            found=found,
            statuses=statuses,
        )

    @routes.get("/dashboard/subscriptions/{name}")
    def subscription(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("sub", name)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.subscriptions(uow.connection, _SOME, subscription=id).rows
            if not found:
                raise NotFound("subscription", name)
            invoices = browse.invoices(
                uow.connection, _SOME, today=viewer.today, subscription=id
            ).rows
            told = story(
                closeup.moves(uow.connection, id),
                invoices,
                closeup.attempts(uow.connection, subscription=id),
                found[0].currency,
            )
            facts: dict[str, Any] = {
                "items": closeup.items(uow.connection, id),
                "due": overview.due_next(uow.connection, 1, id),
                "invoices": invoices,
            }
        return page(
            "subscription.html",
            viewer=viewer,
            here="subscriptions",
            shown=found[0],
            told=told,
            **facts,
        )

    return routes
