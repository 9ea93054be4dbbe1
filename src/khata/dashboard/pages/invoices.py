"""Invoices: the list, and one with its lines, taxes, tries, mails and postings."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.catalog import TaxBehavior
from khata.core.ids import new_id, parse_id, public_id
from khata.core.refusal import NotFound, Refusal
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.reading import Fields, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import browse, closeup
from khata.db.reads.browse import Cursor
from khata.db.reads.explanations import explained_invoice
from khata.db.reads.goes_back import goes_back, took_place_of
from khata.usecases.revised_invoices.revise_invoice import ReviseInvoice, revise_invoice
from khata.usecases.revised_invoices.see_revisable import see_revisable
from khata.wiring import Engine

_STATUSES = ("open", "overdue", "paid", "void", "uncollectible")
_SOME = Cursor(limit=50)
_TAX_BEHAVIORS = frozenset(TaxBehavior)


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
        return _shown(engine, viewer, name)

    @routes.post("/dashboard/invoices/{name}/revise", dependencies=[Depends(own_form)])
    def revise(
        name: str, sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)
    ) -> Response:
        id, now = parse_id("inv", name), viewer.now
        wanted = sent.text("tax_behavior", 20)
        command = ReviseInvoice(
            viewer.tenant, new_id(now), now, id, wanted if wanted in _TAX_BEHAVIORS else None
        )
        try:
            revise_invoice(command, db=engine.db)
        except NotFound:
            raise
        except Refusal as refusal:
            return _shown(engine, viewer, name, refusal)
        revised = public_id("inv", command.id)
        return RedirectResponse(f"/dashboard/invoices/{revised}", status_code=303)

    return routes


def _shown(engine: Engine, viewer: Viewer, name: str, refusal: Refusal | None = None) -> Response:
    """Show one invoice with all that became of it. Raises: NotFound."""
    id = parse_id("inv", name)
    with engine.db.transaction(viewer.tenant) as uow:
        found = closeup.invoice(uow.connection, id)
        if found is None:
            raise NotFound("invoice", name)
        facts: dict[str, Any] = {
            "lines": closeup.lines(uow.connection, id),
            "explained": explained_invoice(uow.connection, id),
            "original": goes_back(uow.connection, id),
            "took_place": took_place_of(uow.connection, id),
            "reviser": see_revisable(uow, id, today=viewer.today),
            "taxes": closeup.taxes(uow.connection, id),
            "payments": closeup.payments(uow.connection, id),
            "attempts": closeup.attempts(uow.connection, invoice=id),
            "refunds": closeup.refunds(uow.connection, id),
            "postings": closeup.postings(uow.connection, id),
            "mails": browse.mails(uow.connection, _SOME, invoice=id).rows,
        }
    hosted = f"/i/{public_id('ten', viewer.tenant)}/{found.link_token}"
    return page(
        "invoice.html",
        viewer=viewer,
        here="invoices",
        shown=found,
        hosted=hosted,
        refusal=refusal,
        code=status_of(refusal) if refusal else 200,
        **facts,
    )
