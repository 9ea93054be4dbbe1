"""E-invoices: what a person has to look at first, all of them by standing, and what can be done."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.e_invoice.registration import CancelReason
from khata.core.e_invoice.standing import Kind
from khata.core.ids import parse_id
from khata.core.refusal import NotFound, Refusal
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.reading import Fields, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads.browse_e_invoices import e_invoices, e_invoices_to_look_at
from khata.db.reads.e_invoice_duties import missing_duties
from khata.usecases.e_invoices.cancel_e_invoice import CancelEInvoice, cancel_e_invoice
from khata.usecases.e_invoices.send_again import SendAgain, send_again
from khata.wiring import Engine

HOME: Final = "/dashboard/e-invoices"
_STATES: Final = ("failed", "manual", "retrying", "pending", "generated", "cancelled")
_NO_REMARK: Final = "Cancelled by the seller"


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get(HOME)
    def all_of_them(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        return _shown(engine, viewer, request)

    @routes.post(HOME + "/{name}/send", dependencies=[Depends(own_form)])
    def send(name: str, request: Request, viewer: Viewer = Depends(seen)) -> Response:
        document, kind = _document(name)
        command = SendAgain(viewer.tenant, document, kind, viewer.now)
        try:
            send_again(command, db=engine.db)
        except NotFound:
            raise
        except Refusal as refusal:
            return _shown(engine, viewer, request, refusal)
        return RedirectResponse(HOME, status_code=303)

    @routes.post(HOME + "/{name}/cancel", dependencies=[Depends(own_form)])
    def cancel(
        name: str,
        request: Request,
        sent: Fields = Depends(sent_fields),
        viewer: Viewer = Depends(seen),
    ) -> Response:
        document, kind = _document(name)
        command = _cancel(viewer, document, kind, sent)
        try:
            cancel_e_invoice(command, db=engine.db, registries=engine.irps)
        except NotFound:
            raise
        except Refusal as refusal:
            return _shown(engine, viewer, request, refusal)
        return RedirectResponse(HOME, status_code=303)

    return routes


def _document(name: str) -> tuple[UUID, Kind]:
    """Return what a document's name means. Raises: NotFound."""
    if name.startswith("cn_"):
        return parse_id("cn", name), Kind.CREDIT_NOTE
    return parse_id("inv", name), Kind.INVOICE


def _cancel(viewer: Viewer, document: UUID, kind: Kind, sent: Fields) -> CancelEInvoice:
    told = sent.text("reason")
    reason = CancelReason(told) if told in set(CancelReason) else CancelReason.OTHER
    remark = sent.text("remark", 100) or _NO_REMARK
    return CancelEInvoice(viewer.tenant, document, viewer.now, reason, remark, kind)


def _shown(
    engine: Engine, viewer: Viewer, request: Request, refusal: Refusal | None = None
) -> Response:
    asked = replace(browsing(request, "ein", _STATES), path=HOME)
    with engine.db.transaction(viewer.tenant) as uow:
        found = e_invoices(uow.connection, asked.cursor, state=asked.status, search=asked.search)
        to_look_at = e_invoices_to_look_at(uow.connection)
        missing = missing_duties(uow.connection, on=viewer.today)
    return page(
        "e_invoices.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="e-invoices",
        asked=asked,
        found=found,
        to_look_at=to_look_at,
        missing=missing,
        states=_STATES,
        reasons=tuple(CancelReason),
        refusal=refusal,
    )
