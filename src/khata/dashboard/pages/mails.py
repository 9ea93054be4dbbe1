"""Mails: the list, and one as it was written, in a frame that can run and load nothing."""

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from khata.core.ids import parse_id
from khata.core.refusal import NotFound
from khata.dashboard.browsing import browsing
from khata.dashboard.page import MAIL_HEADERS, page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads import browse
from khata.db.reads.mail_closeup import MailCloseup, mail
from khata.wiring import Engine


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/mails")
    def mails(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "mail")
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.mails(uow.connection, asked.cursor, search=asked.search)
        return page("mails.html", viewer=viewer, here="mails", asked=asked, found=found)

    @routes.get("/dashboard/mails/{name}")
    def mail(name: str, viewer: Viewer = Depends(seen)) -> Response:
        return page("mail.html", viewer=viewer, here="mails", shown=_mail(engine, viewer, name))

    @routes.get("/dashboard/mails/{name}/body")
    def body(name: str, viewer: Viewer = Depends(seen)) -> Response:
        return HTMLResponse(_mail(engine, viewer, name).html, headers=MAIL_HEADERS)

    return routes


def _mail(engine: Engine, viewer: Viewer, name: str) -> MailCloseup:
    with engine.db.transaction(viewer.tenant) as uow:
        found = mail(uow.connection, parse_id("mail", name))
    if found is None:
        raise NotFound("mail", name)
    return found
