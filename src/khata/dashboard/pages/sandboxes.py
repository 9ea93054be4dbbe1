"""Sandboxes: those of the account, the form that opens one, and the way into each."""

from typing import Final

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from khata.core.account import LONGEST_SANDBOX_NAME
from khata.core.ids import new_id, parse_id
from khata.core.refusal import Refusal
from khata.dashboard.browsing import typed
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.usecases.tenants.archive_sandbox import ArchiveSandbox, archive_sandbox
from khata.usecases.tenants.open_sandbox import OpenSandbox, open_sandbox
from khata.wiring import Engine

HOME: Final = "/dashboard/sandboxes"


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get(HOME)
    def sandboxes(viewer: Viewer = Depends(seen)) -> Response:
        return _page(engine, viewer)

    @routes.post(HOME, dependencies=[Depends(own_form)])
    def open_one(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        """Show the page with the new key in it: this once, so there is no address to return to."""
        at, most = engine.clock.now(), engine.settings.max_sandboxes
        name = typed(name, 2 * LONGEST_SANDBOX_NAME)
        command = OpenSandbox(viewer.test_tenant, new_id(at), at, name, most)
        try:
            key = open_sandbox(command, db=engine.db, pepper=engine.settings.secret())
        except Refusal as refusal:
            return _page(engine, viewer, refusal, name=name)
        return _page(engine, viewer, opened=name.strip(), key=key)

    @routes.post(f"{HOME}/{{id}}/archive", dependencies=[Depends(own_form)])
    def archive(id: str, viewer: Viewer = Depends(seen)) -> Response:
        command = ArchiveSandbox(viewer.test_tenant, parse_id("ten", id), engine.clock.now())
        archive_sandbox(command, db=engine.db)
        return RedirectResponse(HOME, status_code=303)

    return routes


def _page(
    engine: Engine,
    viewer: Viewer,
    refusal: Refusal | None = None,
    *,
    name: str = "",
    opened: str = "",
    key: str = "",
) -> Response:
    with engine.db.transaction(viewer.test_tenant) as uow:
        rows = sorted(uow.sandboxes.open(), key=lambda one: one.name.lower())
    return page(
        "sandboxes.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="sandboxes",
        rows=rows,
        most=engine.settings.max_sandboxes,
        refusal=refusal,
        name=name,
        opened=opened,
        key=key,
    )
