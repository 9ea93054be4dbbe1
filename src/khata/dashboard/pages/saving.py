"""The page of a setup link: a customer saves a way to pay at a gateway's own page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse

from khata.core.ids import new_id, public_id
from khata.core.links import LinkStatus, SetupLink
from khata.core.mandate import Consent
from khata.core.mandate_rules import Category, rail_rules
from khata.core.payment_method import MethodKind
from khata.core.refusal import Refusal
from khata.core.return_urls import ReturnUrlNotAllowed, check_return_url, with_words
from khata.core.saving_terms import terms_of_saving
from khata.core.visit import VisitStatus
from khata.core.visiting import Visit
from khata.dashboard.browsing import typed
from khata.dashboard.consenting import proof_of, terms_said
from khata.dashboard.hosted_page import NoSuchPage, tenant_named, visit_address, visit_named
from khata.dashboard.page import HEADERS, page, paying_page
from khata.dashboard.pages.paying import Pace, goes, where_to
from khata.dashboard.route import HtmlRoute, status_of
from khata.db.stores.setup_links import SetupLinks
from khata.db.stores.visits import Visits
from khata.db.transaction import UnitOfWork
from khata.usecases.visits.find_ways import find_ways
from khata.usecases.visits.open_saving_visit import OpenSavingVisit, open_saving_visit
from khata.usecases.visits.open_visit import WayNotOffered
from khata.usecases.visits.settle_visit import SettleVisit, settle_visit
from khata.wiring import Engine


@dataclass(frozen=True, slots=True)
class _Found:
    tenant: UUID
    link: SetupLink
    here: str


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    pace = Pace()

    @routes.get("/w/{tenant}/{token}")
    def ways(tenant: str, token: str) -> Response:
        return _page(engine, _found(engine, tenant, token))

    @routes.post("/w/{tenant}/{token}/visits")
    def begin(request: Request, tenant: str, token: str, kind: str = Form("")) -> Response:
        found = _found(engine, tenant, token)
        try:
            visit = _opened(engine, found, kind, request)
        except Refusal as refusal:
            return _page(engine, found, refusal)
        return goes(where_to(visit, found.here))

    @routes.get("/w/{tenant}/{token}/visits/{name}")
    def back(tenant: str, token: str, name: str) -> Response:
        found = _found(engine, tenant, token)
        visit = _settled(engine, found, name)
        return_url = _allowed_return(engine, found)
        if visit.status is VisitStatus.DONE and return_url is not None:
            link = public_id("slink", found.link.id)
            return goes(with_words(return_url, setup_link=link, status="saved"))
        with engine.db.transaction(found.tenant) as uow:
            seller = uow.tenants.get()
        return page(
            "visit.html",
            seller=seller.name,
            title="A way to pay",
            pdf=None,
            livemode=seller.livemode,
            visit=visit,
            money="none",
            saves=True,
            here=found.here,
            this=visit_address(found.here, visit.id),
            back=None,
        )

    @routes.get("/w/{tenant}/{token}/visits/{name}/status")
    def status(tenant: str, token: str, name: str) -> Response:
        found = _found(engine, tenant, token)
        visit = _visit(engine, found, name)
        if visit.is_open and pace.allows(visit.id):
            visit = _settled(engine, found, name)
        told = {"status": visit.status.value, "declined": visit.decline_code is not None}
        return JSONResponse(told, headers=HEADERS)

    return routes


def _found(engine: Engine, tenant: str, token: str) -> _Found:
    """Raises: NoSuchPage, for whatever part of the address is wrong."""
    whose, asked = tenant_named(tenant), typed(token, 200)
    with engine.db.transaction(whose) as uow:
        link = SetupLinks(uow.connection).by_token(asked)
    if link is None:
        raise NoSuchPage
    return _Found(whose, link, f"/w/{tenant}/{asked}")


def _page(engine: Engine, found: _Found, refusal: Refusal | None = None) -> Response:
    link, at = found.link, engine.now(found.tenant)
    status = link.status_at(at)
    with engine.db.transaction(found.tenant) as uow:
        customer = uow.customers.get(link.customer_id)
        assert customer is not None, "a link has a customer"
        seller, currency = uow.tenants.get(), customer.currency
        category = _category(uow, link)
        offered = find_ways(
            uow,
            gateways=engine.gateways,
            currency=currency,
            country=customer.country,
            amount=0,
            at=at,
        )
    ways = [way for way in offered if way.can_save and link.kind in (None, way.kind)]
    return paying_page(
        "saving.html",
        code=status_of(refusal) if refusal else 200,
        seller=seller,
        customer=customer,
        livemode=seller.livemode,
        status=status.value,
        ways=ways if status is LinkStatus.OPEN else [],
        said={way.kind: _said(link, way.kind, currency, seller.name, category, at) for way in ways},
        here=found.here,
        refusal=refusal,
    )


def _opened(engine: Engine, found: _Found, kind: str, request: Request) -> Visit:
    try:
        wanted = MethodKind(kind)
    except ValueError:
        raise WayNotOffered("Choose one of the ways to pay", param="kind") from None
    at = engine.now(found.tenant)
    command = OpenSavingVisit(
        tenant=found.tenant,
        id=new_id(at),
        at=at,
        link_id=found.link.id,
        kind=wanted,
        back=engine.settings.base_url + found.here,
        consent=_consent(engine, found, wanted, request, at),
    )
    return open_saving_visit(command, db=engine.db, gateways=engine.gateways)


def _consent(
    engine: Engine, found: _Found, kind: MethodKind, request: Request, at: datetime
) -> Consent | None:
    """Return what proves what the payer was shown; None: a rail without terms."""
    with engine.db.transaction(found.tenant) as uow:
        customer = uow.customers.get(found.link.customer_id)
        assert customer is not None, "a link has a customer"
        seller, category = uow.tenants.get().name, _category(uow, found.link)
    said = _said(found.link, kind, customer.currency, seller, category, at)
    return proof_of(said, request, at=at)


def _said(
    link: SetupLink,
    kind: MethodKind,
    currency: str,
    seller: str,
    category: Category,
    at: datetime,
) -> list[str]:
    """Return the terms of a way in plain words, as the page shows them and as they are kept."""
    today = rail_rules().day(at)
    terms = link.mandate or terms_of_saving(kind, currency=currency, start=today)
    return terms_said(terms, kind, seller=seller, at=at, category=category)


def _category(uow: UnitOfWork, link: SetupLink) -> Category:
    mandate = uow.mandates.get(link.mandate_id) if link.mandate_id else None
    return mandate.category if mandate else Category.GENERAL


def _visit(engine: Engine, found: _Found, name: str) -> Visit:
    """Return the visit of this link. Raises: NoSuchPage."""
    with engine.db.transaction(found.tenant) as uow:
        visit = Visits(uow.connection).find(visit_named(name))
    if visit is None or visit.link_id != found.link.id:
        raise NoSuchPage
    return visit


def _settled(engine: Engine, found: _Found, name: str) -> Visit:
    visit = _visit(engine, found, name)
    command = SettleVisit(found.tenant, visit.id, engine.now(found.tenant))
    return settle_visit(command, db=engine.db, gateways=engine.gateways)


def _allowed_return(engine: Engine, found: _Found) -> str | None:
    """Return where the link sends payers back to, while the seller still allows it."""
    url = found.link.return_url
    if url is None:
        return None
    with engine.db.transaction(found.tenant) as uow:
        tenant = uow.tenants.get()
    try:
        check_return_url(url, origins=tenant.policies.return_urls, livemode=tenant.livemode)
    except ReturnUrlNotAllowed:
        return None
    return url
