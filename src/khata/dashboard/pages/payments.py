"""Failed payments: what was declined at least once, and what became of it."""

from fastapi import APIRouter, Depends, Request, Response

from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads import browse
from khata.wiring import Engine

_STATUSES = ("retrying", "recovered", "given_up")


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/payments")
    def payments(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "pay", _STATUSES)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.troubled_payments(uow.connection, asked.cursor, status=asked.status)
        return page(
            "payments.html",
            viewer=viewer,
            here="payments",
            asked=asked,
            found=found,
            statuses=_STATUSES,
        )

    return routes
