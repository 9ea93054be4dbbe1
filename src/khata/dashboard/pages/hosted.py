"""The page of an invoice that its customer opens: what is owed, the PDF, and the ways to pay.

Nobody signs in here: the address itself is the secret, and a wrong one is no page at all.
"""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import new_id, parse_id, public_id
from khata.core.payment import OPEN
from khata.core.periods import day_of
from khata.core.refusal import NotFound, Refusal
from khata.core.upi import upi_link
from khata.dashboard.browsing import typed
from khata.dashboard.consenting import said_when_paying
from khata.dashboard.hosted_page import Hosted, NoSuchPage, drawn, find_hosted, ways_of
from khata.dashboard.page import HEADERS, paying_page
from khata.dashboard.route import HtmlRoute, status_of
from khata.db.reads import closeup
from khata.db.reads.closeup import InvoiceCloseup
from khata.db.reads.explanations import explained_invoice
from khata.db.reads.goes_back import took_place_of
from khata.ports.gateway import UnknownToken
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.give_out_note import GiveOutNote, give_out_note
from khata.usecases.documents.keep_document import GivenOut
from khata.usecases.payments.pay_with_new_method import PayWithNewMethod, pay_with_new_method
from khata.usecases.visits.find_ways import Way
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


class NotATestCard(Refusal):
    """In test mode an invoice is paid with one of the cards that the page offers."""


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)

    @routes.get("/i/{tenant}/{token}")
    def invoice(tenant: str, token: str) -> Response:
        return invoice_page(engine, find_hosted(engine, tenant, token))

    @routes.get("/i/{tenant}/{token}/pdf")
    def pdf(tenant: str, token: str) -> Response:
        hosted = find_hosted(engine, tenant, token)
        whose, shown = hosted.tenant, hosted.shown
        command = GiveOutDocument(whose, shown.id, engine.now(whose))
        return _file(give_out_document(command, tools=engine.tools))

    @routes.get("/i/{tenant}/{token}/notes/{name}/pdf")
    def note(tenant: str, token: str, name: str) -> Response:
        hosted = find_hosted(engine, tenant, token)
        whose, shown = hosted.tenant, hosted.shown
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
        hosted = find_hosted(engine, tenant, token)
        whose, shown = hosted.tenant, hosted.shown
        try:
            _pay(engine, whose, shown, typed(card, 100))
        except Refusal as refusal:
            return invoice_page(engine, find_hosted(engine, tenant, token), refusal)
        return RedirectResponse(f"/i/{tenant}/{token}", status_code=303, headers=HEADERS)

    return routes


def invoice_page(engine: Engine, hosted: Hosted, refusal: Refusal | None = None) -> Response:
    """Return the invoice's page, with what was refused beside the ways to pay."""
    whose, shown, document = hosted.tenant, hosted.shown, hosted.document
    now = engine.now(whose)
    with engine.db.transaction(whose) as uow:
        tries = closeup.attempts(uow.connection, invoice=shown.id)
        explained = explained_invoice(uow.connection, shown.id)
        took_place = took_place_of(uow.connection, shown.id)
        seller = uow.tenants.get()
        ways = ways_of(uow, engine, hosted)
        is_away = not ways and bool(ways_of(uow, engine, hosted, even_out_of_reach=True))
    livemode, today = seller.livemode, day_of(now, seller.timezone)
    link = upi_link(document)
    is_on_its_way = bool(tries) and tries[-1].status in OPEN
    can_be_paid = shown.amount_due > 0 and not hosted.is_over and not is_on_its_way
    return paying_page(
        "hosted.html",
        code=status_of(refusal) if refusal else 200,
        document=document,
        explained=explained,
        took_place=took_place,
        in_its_place=took_place and f"/i/{public_id('ten', whose)}/{took_place.link_token}",
        livemode=livemode,
        overdue=document.paid_by_hand and document.due_on < today,
        here=hosted.here,
        ways=ways,
        said={way.kind: _said(way, shown, seller.name, now) for way in ways},
        is_away=is_away,
        link_is_over=hosted.is_over,
        last_try=tries[-1] if tries else None,
        upi=link,
        qr=drawn(link) if link else None,
        is_on_its_way=is_on_its_way,
        tokens=TEST_TOKENS if can_be_paid and not livemode else {},
        refusal=refusal,
    )


def _said(way: Way, shown: InvoiceCloseup, seller: str, at: datetime) -> list[str]:
    """Return what is agreed to by saving this way while paying."""
    if not way.can_save_when_paying:
        return []
    return said_when_paying(
        way.kind, currency=shown.currency, amount=shown.amount_due, seller=seller, at=at
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
