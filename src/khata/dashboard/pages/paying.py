"""Paying an invoice at a gateway's own page: the way there, the UPI code, and the way back."""

import time
from collections import OrderedDict
from datetime import datetime
from threading import Lock
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from khata.core.ids import new_id, public_id
from khata.core.mandate import Consent
from khata.core.payment_method import MethodKind
from khata.core.refusal import NotFound, Refusal
from khata.core.return_urls import ReturnUrlNotAllowed, check_return_url, with_words
from khata.core.visit import VisitStatus
from khata.core.visiting import Visit
from khata.dashboard.consenting import proof_of, said_when_paying
from khata.dashboard.hosted_page import (
    Hosted,
    NoSuchPage,
    drawn,
    find_hosted,
    visit_address,
    visit_named,
)
from khata.dashboard.page import HEADERS, page
from khata.dashboard.pages.hosted import invoice_page
from khata.dashboard.route import HtmlRoute
from khata.db.reads.visits import money_of
from khata.db.stores.visits import Visits
from khata.usecases.visits.open_visit import OpenVisit, WayNotOffered, open_visit
from khata.usecases.visits.settle_visit import SettleVisit, settle_visit
from khata.wiring import Engine

_SECONDS_BETWEEN_ASKS = 2.0
_MOST_REMEMBERED = 10_000


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    pace = Pace()

    @routes.post("/i/{tenant}/{token}/visits")
    def begin(
        request: Request, tenant: str, token: str, kind: str = Form(""), save: str = Form("")
    ) -> Response:
        hosted = find_hosted(engine, tenant, token)
        try:
            if hosted.is_over:
                raise WayNotOffered("This payment link is not valid any more", param="kind")
            visit = _opened(engine, hosted, _kind(kind), request, saves=save == "yes")
        except Refusal as refusal:
            return invoice_page(engine, hosted, refusal)
        return goes(where_to(visit, hosted.here))

    @routes.get("/i/{tenant}/{token}/visits/{name}")
    def back(tenant: str, token: str, name: str) -> Response:
        hosted = find_hosted(engine, tenant, token)
        visit = _settled(engine, hosted, name)
        if visit.status is VisitStatus.DONE and hosted.link is not None:
            return_url = _allowed_return(engine, hosted)
            if return_url is not None:
                return goes(
                    with_words(
                        return_url,
                        payment_link=public_id("plink", hosted.link.id),
                        status=_money(engine, hosted, visit),
                    )
                )
        return _came_back(engine, hosted, visit)

    @routes.get("/i/{tenant}/{token}/visits/{name}/upi")
    def upi(tenant: str, token: str, name: str) -> Response:
        hosted = find_hosted(engine, tenant, token)
        visit = _visit(engine, hosted, name)
        if not visit.is_open or visit.upi_link is None:
            return goes(visit_address(hosted.here, visit.id))
        return page(
            "visit_upi.html",
            document=hosted.document,
            livemode=_livemode(engine, hosted.tenant),
            visit=visit,
            qr=drawn(visit.upi_link),
            here=hosted.here,
            this=visit_address(hosted.here, visit.id),
        )

    @routes.get("/i/{tenant}/{token}/visits/{name}/status")
    def status(tenant: str, token: str, name: str) -> Response:
        hosted = find_hosted(engine, tenant, token)
        visit = _visit(engine, hosted, name)
        if visit.is_open and pace.allows(visit.id):
            visit = _settled(engine, hosted, name)
        told = {"status": visit.status.value, "declined": visit.decline_code is not None}
        return JSONResponse(told, headers=HEADERS)

    return routes


class Pace:
    """Lets the gateway be asked about a visit every two seconds at most, however many look."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: OrderedDict[UUID, float] = OrderedDict()

    def allows(self, id: UUID) -> bool:
        now = time.monotonic()
        with self._lock:
            last = self._last.get(id)
            if last is not None and now - last < _SECONDS_BETWEEN_ASKS:
                return False
            self._last[id] = now
            self._last.move_to_end(id)
            while len(self._last) > _MOST_REMEMBERED:
                self._last.popitem(last=False)
            return True


def where_to(visit: Visit, here: str) -> str:
    """Return where the payer goes: to the gateway, or to the code that a UPI app reads."""
    if visit.upi_link is not None:
        return f"{visit_address(here, visit.id)}/upi"
    assert visit.url is not None, "a visit that was opened leads somewhere"
    return visit.url


def goes(address: str) -> Response:
    """Send the browser on, to be asked with GET."""
    return RedirectResponse(address, status_code=303, headers=HEADERS)


def _opened(
    engine: Engine, hosted: Hosted, kind: MethodKind, request: Request, *, saves: bool
) -> Visit:
    at = engine.now(hosted.tenant)
    consent = _consent(engine, hosted, kind, request, at) if saves else None
    command = OpenVisit(
        tenant=hosted.tenant,
        id=new_id(at),
        at=at,
        invoice_id=hosted.shown.id,
        kind=kind,
        saves=saves,
        back=engine.settings.base_url + hosted.here,
        link_id=hosted.link.id if hosted.link else None,
        consent=consent,
    )
    return open_visit(command, db=engine.db, gateways=engine.gateways)


def _consent(
    engine: Engine, hosted: Hosted, kind: MethodKind, request: Request, at: datetime
) -> Consent | None:
    """Return what proves what the payer was shown beside the box that they ticked."""
    with engine.db.transaction(hosted.tenant) as uow:
        seller = uow.tenants.get().name
    shown = hosted.shown
    said = said_when_paying(
        kind, currency=shown.currency, amount=shown.amount_due, seller=seller, at=at
    )
    return proof_of(said, request, at=at)


def _kind(kind: str) -> MethodKind:
    try:
        return MethodKind(kind)
    except ValueError:
        raise WayNotOffered("Choose one of the ways to pay", param="kind") from None


def _visit(engine: Engine, hosted: Hosted, name: str) -> Visit:
    """Return the visit of this invoice. Raises: NoSuchPage."""
    with engine.db.transaction(hosted.tenant) as uow:
        visit = Visits(uow.connection).find(visit_named(name))
    if visit is None or visit.invoice_id != hosted.shown.id:
        raise NoSuchPage
    return visit


def _settled(engine: Engine, hosted: Hosted, name: str) -> Visit:
    visit = _visit(engine, hosted, name)
    command = SettleVisit(hosted.tenant, visit.id, engine.now(hosted.tenant))
    try:
        return settle_visit(command, db=engine.db, gateways=engine.gateways)
    except NotFound:
        raise NoSuchPage from None


def _came_back(engine: Engine, hosted: Hosted, visit: Visit) -> Response:
    return page(
        "visit.html",
        seller=hosted.document.seller.trade_name or hosted.document.seller.name,
        title=f"{hosted.document.title} {hosted.document.number}",
        pdf=f"{hosted.here}/pdf",
        livemode=_livemode(engine, hosted.tenant),
        visit=visit,
        money=_money(engine, hosted, visit),
        saves=False,
        here=hosted.here,
        this=visit_address(hosted.here, visit.id),
        back=None,
    )


def _money(engine: Engine, hosted: Hosted, visit: Visit) -> str:
    """Say how the money of a visit stands: paid, pending, returned, or none."""
    if visit.attempt_id is None:
        return "none"
    with engine.db.transaction(hosted.tenant) as uow:
        return money_of(uow.connection, visit.attempt_id)


def _allowed_return(engine: Engine, hosted: Hosted) -> str | None:
    """Return where the link sends payers back to, while the seller still allows it."""
    url = hosted.link.return_url if hosted.link else None
    if url is None:
        return None
    with engine.db.transaction(hosted.tenant) as uow:
        tenant = uow.tenants.get()
    try:
        check_return_url(url, origins=tenant.policies.return_urls, livemode=tenant.livemode)
    except ReturnUrlNotAllowed:
        return None
    return url


def _livemode(engine: Engine, tenant: UUID) -> bool:
    with engine.db.transaction(tenant) as uow:
        return uow.tenants.get().livemode
