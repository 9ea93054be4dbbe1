"""Every route says who may ask: a key, a session, or openly nobody in particular."""

from collections.abc import Callable, Iterator
from typing import Any, cast

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

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
    "GET /asyncapi.json",
    "GET /docs",
    "GET /docs/oauth2-redirect",
    "POST /webhooks/{gateway}/{id}",  # the gateway's signature is the key
    "POST /v1/accounts",  # while KHATA_SIGNUP=open
}

OPEN_PAGES = {
    "GET /",  # leads to the dashboard or to the way in
    "GET /dashboard/enter",  # a one-time token is the key
    "GET /dashboard/sign-in",
    "POST /dashboard/sign-in",
    "GET /dashboard/static/{name:path}",
}
OPEN_FOLDERS = (
    "/i/{tenant}/{token}",  # one invoice's page, behind its unguessable link
    "/w/{tenant}/{token}",  # where one customer saves a way to pay, likewise
    "/fake/{name}",  # the fake gateway's page of one visit, in test mode
)


def test_every_api_route_needs_a_key_or_is_known_to_be_open() -> None:
    routes = list(_routes(create_app(NOBODY)))
    assert len(routes) > 10
    open_ones = {_name(route) for route in routes if authenticated not in _dependencies(route)}
    assert open_ones <= OPEN_TO_ALL


def test_every_page_needs_a_session_or_is_known_to_be_open() -> None:
    app = FastAPI(docs_url=None, openapi_url=None)
    app.include_router(router(NOBODY))
    routes = list(_routes(app))
    assert len(routes) > 10
    open_ones = {
        _name(route)
        for route in routes
        if not any(asked.__name__ == "viewer" for asked in _dependencies(route))
    }
    beyond = {name for name in open_ones if not any(one in name for one in OPEN_FOLDERS)}
    assert beyond <= OPEN_PAGES


def test_a_route_that_forgot_to_ask_is_seen() -> None:
    app = FastAPI(docs_url=None, openapi_url=None)
    app.get("/v1/secrets")(lambda: None)
    (route,) = _routes(app)
    assert _name(route) == "GET /v1/secrets"
    assert authenticated not in _dependencies(route)


def _routes(app: FastAPI) -> Iterator[RouteContext]:
    yield from iter_route_contexts(app.routes)


def _name(route: RouteContext) -> str:
    return f"{'|'.join(sorted((route.methods or set()) - {'HEAD', 'OPTIONS'}))} {route.path}"


def _dependencies(route: RouteContext) -> list[Callable[..., Any]]:
    found: list[Callable[..., Any]] = []
    waiting: list[Dependant] = [getattr(route, "dependant", Dependant())]
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        if dependant.call is not None:
            found.append(dependant.call)
    return found
