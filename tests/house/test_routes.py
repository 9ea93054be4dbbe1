"""Every route says who may ask: a key, a session, or openly nobody in particular."""

from collections.abc import Callable, Iterator
from typing import Any, cast

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from khata.api.app import create_app
from khata.api.caller import authenticated
from khata.dashboard.routes import router
from khata.wiring import Engine

NOBODY = cast(Engine, None)  # routes are only looked at, none is asked

OPEN_TO_ALL = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /openapi.json",
    "GET /docs",
    "POST /v1/accounts",  # while KHATA_SIGNUP=open
}

OPEN_PAGES = {
    "GET /",  # leads to the dashboard or to the way in
    "GET /dashboard/enter",  # a one-time token is the key
    "GET /dashboard/sign-in",
    "POST /dashboard/sign-in",
    "GET /dashboard/static/{name:path}",
}
OPEN_FOLDER = "/i/{tenant}/{token}"  # one invoice's page, behind its unguessable link


def test_every_api_route_needs_a_key_or_is_known_to_be_open() -> None:
    routes = list(_api_routes(create_app(NOBODY)))
    assert len(routes) > 10
    open_ones = {
        name
        for route in routes
        for name in _names(route)
        if authenticated not in _dependencies(route)
    }
    assert open_ones <= OPEN_TO_ALL


def test_every_page_needs_a_session_or_is_known_to_be_open() -> None:
    app = FastAPI(docs_url=None, openapi_url=None)
    app.include_router(router(NOBODY))
    routes = list(_api_routes(app))
    assert len(routes) > 10
    open_ones = {
        name
        for route in routes
        for name in _names(route)
        if not any(asked.__name__ == "viewer" for asked in _dependencies(route))
        and OPEN_FOLDER not in name
    }
    assert open_ones <= OPEN_PAGES


def _api_routes(app: FastAPI) -> Iterator[Route]:
    for route in app.routes:
        assert isinstance(route, BaseRoute)
        if isinstance(route, Route):
            yield route


def _names(route: Route) -> list[str]:
    methods = sorted((route.methods or set()) - {"HEAD", "OPTIONS"})
    return [f"{method} {route.path}" for method in methods]


def _dependencies(route: Route) -> list[Callable[..., Any]]:
    if not isinstance(route, APIRoute):
        return []
    found: list[Callable[..., Any]] = []
    waiting: list[Dependant] = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        if dependant.call is not None:
            found.append(dependant.call)
    return found
