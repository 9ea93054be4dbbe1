"""The page of an invoice that its customer opens: what is owed, the PDF, and the ways to pay.

Nobody signs in here: the address itself is the secret, and a wrong one is no page at all.
"""

import io
from uuid import UUID

import segno
from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from khata.core.document import InvoiceDocument
from khata.core.ids import new_id, parse_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound, Refusal
from khata.core.upi import upi_link
from khata.dashboard.browsing import typed
from khata.dashboard.page import HEADERS, page
from khata.dashboard.route import HtmlRoute, status_of
from khata.db.reads import closeup
from khata.db.reads.closeup import InvoiceCloseup
from khata.db.reads.documents import invoice_document
from khata.db.reads.explanations import explained_invoice
from khata.ports.gateway import UnknownToken
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.give_out_note import GiveOutNote, give_out_note
from khata.usecases.documents.keep_document import GivenOut
from khata.usecases.payments.pay_with_new_method import PayWithNewMethod, pay_with_new_method
from khata.wiring import Engine

# What the fake gateway offers to try, in words.
TEST_TOKENS = {
    "tok_ok": "A card that works",
    "tok_declined": "A card that is always declined",
    "tok_insufficient_funds": "No funds at first, then it works",
    "tok_lost_card": "A card reported lost",
    "tok_timeout": "The answer gets lost after the money was taken",
    "tok_pending": "Pending for an hour, then it works",
}


class NoSuchPage(NotFound):
    """The address of an invoice is wrong; what exists is not told."""

    def __init__(self) -> None:
        Refusal.__init__(self, "There is no such page. Check the link in the mail you were sent.")


class NotATestCard(Refusal):
    """In test mode an invoice is paid with one of the cards that the page offers."""


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)

    @routes.get("/i/{tenant}/{token}")
    def invoice(tenant: str, token: str) -> Response:
        return _page(engine, tenant, token)

    @routes.get("/i/{tenant}/{token}/pdf")
    def pdf(tenant: str, token: str) -> Response:
        whose, shown, _ = _found(engine, tenant, token)
        command = GiveOutDocument(whose, shown.id, engine.now(whose))
        return _file(give_out_document(command, tools=engine.tools))

    @routes.get("/i/{tenant}/{token}/notes/{name}/pdf")
    def note(tenant: str, token: str, name: str) -> Response:
        whose, shown, _ = _found(engine, tenant, token)
        with engine.db.transaction(whose) as uow:
            against = {note.id for note in explained_invoice(uow.connection, shown.id).notes}
        try:
            id = parse_id("cn", name)
        except NotFound:
            raise NoSuchPage from None
        if id not in against:
            raise NoSuchPage
        command = GiveOutNote(whose, id, engine.now(whose))
        return _file(give_out_note(command, tools=engine.tools))

    @routes.post("/i/{tenant}/{token}/pay")
    def pay(tenant: str, token: str, card: str = Form("")) -> Response:
        whose, shown, _ = _found(engine, tenant, token)
        try:
            _pay(engine, whose, shown, typed(card, 100))
        except Refusal as refusal:
            return _page(engine, tenant, token, refusal)
        return RedirectResponse(f"/i/{tenant}/{token}", status_code=303, headers=HEADERS)

    return routes


def _page(engine: Engine, tenant: str, token: str, refusal: Refusal | None = None) -> Response:
    whose, shown, document = _found(engine, tenant, token)
    with engine.db.transaction(whose) as uow:
        tries = closeup.attempts(uow.connection, invoice=shown.id)
        explained = explained_invoice(uow.connection, shown.id)
        seller = uow.tenants.get()
    livemode, today = seller.livemode, day_of(engine.now(whose), seller.timezone)
    link = upi_link(document)
    return page(
        "hosted.html",
        code=status_of(refusal) if refusal else 200,
        document=document,
        explained=explained,
        livemode=livemode,
        overdue=document.paid_by_hand and document.due_on < today,
        here=f"/i/{tenant}/{token}",
        last_try=tries[-1] if tries else None,
        upi=link,
        qr=_drawn(link) if link else None,
        tokens={} if livemode or shown.amount_due <= 0 else TEST_TOKENS,
        refusal=refusal,
    )


def _file(given: GivenOut) -> Response:
    name = "".join(c if c.isalnum() else "-" for c in given.number)
    return Response(
        given.content,
        media_type="application/pdf",
        headers=HEADERS | {"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


def _pay(engine: Engine, whose: UUID, shown: InvoiceCloseup, card: str) -> None:
    """Charge a test card, which the customer keeps. Raises: NotATestCard, and as paying does."""
    at = engine.now(whose)
    command = PayWithNewMethod(
        whose, new_id(at), new_id(at), at, shown.customer_id, shown.id, "fake", card
    )
    try:
        pay_with_new_method(command, db=engine.db, gateways=engine.gateways)
    except UnknownToken:
        raise NotATestCard("Choose one of the test cards in the list", param="card") from None


def _found(engine: Engine, tenant: str, token: str) -> tuple[UUID, InvoiceCloseup, InvoiceDocument]:
    """Raises: NoSuchPage, for whatever part of the address is wrong."""
    try:
        whose = parse_id("ten", tenant)
    except NotFound:
        raise NoSuchPage from None
    with engine.db.transaction(whose) as uow:
        shown = closeup.invoice(uow.connection, link=typed(token, 200))
        if shown is None:
            raise NoSuchPage
        base_url = engine.settings.base_url
        return whose, shown, invoice_document(uow.connection, shown.id, base_url=base_url)


def _drawn(link: str) -> Markup:
    drawn = io.BytesIO()
    segno.make(link, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, title="UPI QR code", omitsize=True
    )
    return Markup(drawn.getvalue().decode())  # made by segno from a link that it encodes
