"""Settings, to read: the business, its registrations, its policies and its API keys."""

from typing import Any

from fastapi import APIRouter, Depends, Response

from khata.core.policies import Policies
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads.overview import api_keys, registrations
from khata.wiring import Engine


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/settings")
    def settings(viewer: Viewer = Depends(seen)) -> Response:
        with engine.db.transaction(viewer.tenant) as uow:
            facts: dict[str, Any] = {
                "registrations": registrations(uow.connection, viewer.today),
                "keys": api_keys(uow.connection),
            }
        policies = Policies.of(viewer.shop.policies)
        return page("settings.html", viewer=viewer, here="settings", policies=policies, **facts)

    return routes
