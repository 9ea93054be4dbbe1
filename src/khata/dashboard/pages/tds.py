"""TDS: what customers withheld, by quarter and standing, and the form for a certificate."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound, Refusal
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.reading import Fields, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads.browse import Cursor
from khata.db.reads.browse_tds import TdsRow, tds_quarters, tds_receivables
from khata.usecases.tds.record_tds_certificate import RecordTdsCertificate, record_tds_certificate
from khata.wiring import Engine

HOME: Final = "/dashboard/tds"
_STATUSES: Final = ("awaited", "short", "certified", "written_off")


class NotACertificate(Refusal):
    """A certificate has a number and a day."""


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get(HOME)
    def withheld(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "tds", _STATUSES)
        with engine.db.transaction(viewer.tenant) as uow:
            found = tds_receivables(
                uow.connection, asked.cursor, status=asked.status, search=asked.search
            )
            quarters = tds_quarters(uow.connection)
        return page(
            "tds_list.html",
            viewer=viewer,
            here="tds",
            asked=asked,
            found=found,
            quarters=quarters,
            statuses=_STATUSES,
        )

    @routes.get(HOME + "/{name}")
    def one(name: str, viewer: Viewer = Depends(seen)) -> Response:
        return _shown(engine, viewer, parse_id("tds", name), Fields({}))

    @routes.post(HOME + "/{name}/certificate", dependencies=[Depends(own_form)])
    def certificate(
        name: str, sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)
    ) -> Response:
        id = parse_id("tds", name)
        try:
            record_tds_certificate(_command(engine, viewer, id, sent), db=engine.db)
        except NotFound:
            raise
        except Refusal as refusal:
            return _shown(engine, viewer, id, sent, refusal)
        return RedirectResponse(f"{HOME}/{name}", status_code=303)

    return routes


def _command(engine: Engine, viewer: Viewer, id: UUID, sent: Fields) -> RecordTdsCertificate:
    """Read the form. Raises: NotFound, NotACertificate, NotADay, NotAnAmount."""
    shown = _found(engine, viewer, id)
    number, on = sent.text("number", 100), sent.day("date")
    if not number:
        raise NotACertificate("Type the number that stands on the certificate", param="number")
    if on is None:
        raise NotACertificate("Type the day of the certificate", param="date")
    if on > viewer.today:
        raise NotACertificate("The day of the certificate is still to come", param="date")
    return RecordTdsCertificate(
        viewer.tenant, id, number, on, sent.amount("amount", shown.currency)
    )


def _found(engine: Engine, viewer: Viewer, id: UUID) -> TdsRow:
    """Raises: NotFound."""
    with engine.db.transaction(viewer.tenant) as uow:
        rows = tds_receivables(uow.connection, Cursor(limit=1), id=id).rows
    if not rows:
        raise NotFound("TDS receivable", public_id("tds", id))
    return rows[0]


def _shown(
    engine: Engine, viewer: Viewer, id: UUID, sent: Fields, refusal: Refusal | None = None
) -> Response:
    shown = _found(engine, viewer, id)
    return page(
        "tds.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="tds",
        shown=shown,
        left=shown.amount - (shown.certificate_amount or 0) - shown.written_off,
        awaits=shown.status in ("awaited", "short"),
        sent=sent,
        refusal=refusal,
    )
