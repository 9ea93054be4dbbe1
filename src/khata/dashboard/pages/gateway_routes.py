"""The routes of gateway accounts, edited one at a time: add, remove, move up, move down.

Each form says which routes it was made for; where somebody changed them since, nothing is done.
"""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from khata.core.gateway_account import Route
from khata.core.refusal import Refusal
from khata.dashboard.pages.gateways import gateways_page
from khata.dashboard.reading import Fields, sent_fields
from khata.dashboard.route import HtmlRoute
from khata.dashboard.route_form import mark_of, read_route
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.usecases.gateways.route_gateway_accounts import (
    RouteGatewayAccounts,
    RoutesChanged,
    route_gateway_accounts,
)
from khata.wiring import Engine

HOME: Final = "/dashboard/gateways/routes"
_STEPS: Final = {"up": -1, "down": 1}


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.post(HOME + "/add", dependencies=[Depends(own_form)])
    def add(sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)) -> Response:
        try:
            rules = _as_seen(engine, viewer, sent.text("seen"))
            _write(engine, viewer, [*rules, read_route(sent)], instead_of=rules)
        except Refusal as refusal:
            return gateways_page(engine, viewer, sent, refusal)
        return _back()

    @routes.post(HOME + "/remove", dependencies=[Depends(own_form)])
    def remove(
        rule: int = Form(-1), seen: str = Form(""), viewer: Viewer = Depends(seen)
    ) -> Response:
        rules = _as_seen(engine, viewer, seen)
        if 0 <= rule < len(rules):
            _write(engine, viewer, [*rules[:rule], *rules[rule + 1 :]], instead_of=rules)
        return _back()

    @routes.post(HOME + "/move", dependencies=[Depends(own_form)])
    def move(
        rule: int = Form(-1),
        to: str = Form(""),
        seen: str = Form(""),
        viewer: Viewer = Depends(seen),
    ) -> Response:
        rules = _as_seen(engine, viewer, seen)
        other = rule + _STEPS.get(to, 0)
        if 0 <= rule < len(rules) and 0 <= other < len(rules):
            moved = list(rules)
            moved[rule], moved[other] = moved[other], moved[rule]
            _write(engine, viewer, moved, instead_of=rules)
        return _back()

    return routes


def _as_seen(engine: Engine, viewer: Viewer, mark: str) -> list[Route]:
    """Return the routes, if they are those that the form was made for. Raises: RoutesChanged."""
    with engine.db.transaction(viewer.tenant) as uow:
        rules = list(uow.gateway_accounts.routes())
    if mark_of(rules) != mark:
        raise RoutesChanged("The routes were changed meanwhile; look at them again, and repeat")
    return rules


def _write(
    engine: Engine, viewer: Viewer, rules: Sequence[Route], *, instead_of: Sequence[Route]
) -> None:
    command = RouteGatewayAccounts(viewer.tenant, rules, instead_of)
    route_gateway_accounts(command, tools=engine.gateway_tools(engine.db))


def _back() -> Response:
    return RedirectResponse("/dashboard/gateways#routes", status_code=303)
