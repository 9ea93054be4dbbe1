"""Invoices: the list, and one with its lines, taxes, tries, mails and postings."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads import browse, closeup
from khata.db.reads.browse import Cursor
from khata.db.reads.explanations import explained_invoice
from khata.db.reads.goes_back import goes_back
from khata.wiring import Engine

_STATUSES = ("open", "overdue", "paid", "void", "uncollectible")
_SOME = Cursor(limit=50)


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/invoices")
    def invoices(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "inv", _STATUSES)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.invoices(
                uow.connection,
                asked.cursor,
                today=viewer.today,
                status=asked.status,
                search=asked.search,
            )
        return page(
            "invoices.html",
            viewer=viewer,
            here="invoices",
            asked=asked,
            found=found,
            statuses=_STATUSES,
        )

    @routes.get("/dashboard/invoices/{name}")
    def invoice(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("inv", name)
        with engine.db.transaction(viewer.tenant) as uow:
            found = closeup.invoice(uow.connection, id)
            if found is None:
                raise NotFound("invoice", name)
            facts: dict[str, Any] = {
                "lines": closeup.lines(uow.connection, id),
                "explained": explained_invoice(uow.connection, id),
                "original": goes_back(uow.connection, id),
                "taxes": closeup.taxes(uow.connection, id),
                "payments": closeup.payments(uow.connection, id),
                "attempts": closeup.attempts(uow.connection, invoice=id),
                "refunds": closeup.refunds(uow.connection, id),
                "postings": closeup.postings(uow.connection, id),
                "mails": browse.mails(uow.connection, _SOME, invoice=id).rows,
            }
        hosted = f"/i/{public_id('ten', viewer.tenant)}/{found.link_token}"
        return page(
            "invoice.html", viewer=viewer, here="invoices", shown=found, hosted=hosted, **facts
        )

    return routes
