"""Parked work: what was set aside and why, and the button that takes it up again."""

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import parse_id
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import browse
from khata.usecases.tenants.release_all_parked import ReleaseAllParked, release_all_parked
from khata.usecases.tenants.release_parked import ReleaseParked, release_parked
from khata.wiring import Engine


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/parked")
    def parked(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "park")
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.parked(uow.connection, asked.cursor)
        return page("parked.html", viewer=viewer, here="parked", asked=asked, found=found)

    @routes.post("/dashboard/parked/release", dependencies=[Depends(own_form)])
    def release(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        command = ReleaseParked(viewer.tenant, parse_id("park", name), viewer.now)
        release_parked(command, db=engine.db)
        return RedirectResponse("/dashboard/parked", status_code=303)

    @routes.post("/dashboard/parked/release_all", dependencies=[Depends(own_form)])
    def release_all(viewer: Viewer = Depends(seen)) -> Response:
        release_all_parked(ReleaseAllParked(viewer.tenant, viewer.now), db=engine.db)
        return RedirectResponse("/dashboard/parked", status_code=303)

    return routes
