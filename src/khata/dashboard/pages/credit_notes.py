"""Credit notes: the list, and one with its lines, the reasons, and where its money went."""

from fastapi import APIRouter, Depends, Request, Response

from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads import browse_notes, lists
from khata.db.reads.credit_notes import CREDIT_NOTES
from khata.db.reads.explanations import explained_invoice
from khata.wiring import Engine


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/credit-notes")
    def credit_notes(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "cn")
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse_notes.credit_notes(uow.connection, asked.cursor, search=asked.search)
        return page(
            "credit_notes.html", viewer=viewer, here="credit-notes", asked=asked, found=found
        )

    @routes.get("/dashboard/credit-notes/{name}")
    def credit_note(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("cn", name)
        with engine.db.transaction(viewer.tenant) as uow:
            shown = browse_notes.credit_note(uow.connection, id)
            if shown is None:
                raise NotFound("credit note", name)
            lines = lists.find(uow.connection, CREDIT_NOTES, id).lines
            notes = explained_invoice(uow.connection, shown.invoice_id).notes
            explained = next(note for note in notes if note.id == id)
            postings = browse_notes.postings(uow.connection, id)
        hosted = f"/i/{public_id('ten', viewer.tenant)}/{shown.link_token}/notes/{name}/pdf"
        return page(
            "credit_note.html",
            viewer=viewer,
            here="credit-notes",
            shown=shown,
            lines=lines,
            explained=explained,
            postings=postings,
            pdf=hosted,
        )

    return routes
