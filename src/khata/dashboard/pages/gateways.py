"""Gateways: the accounts and how they fare, the routes in order, and forms that add and rotate."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.gateway_account import MOST_FALLBACKS, AccountStatus, GatewayAccount
from khata.core.ids import new_id, parse_id, public_id
from khata.core.payment_method import MethodKind
from khata.core.refusal import NotFound, Refusal
from khata.dashboard.page import page
from khata.dashboard.reading import Fields, asked_fields, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.route_form import mark_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import lists
from khata.db.reads.browse import Cursor
from khata.db.reads.browse_gateways import gateway_events, reconciliations
from khata.db.reads.gateways import GATEWAY_ACCOUNTS
from khata.ports.gateway_vendor import GatewayVendor
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.change_gateway_account import (
    ChangeGatewayAccount,
    change_gateway_account,
)
from khata.usecases.gateways.check_gateway_account import (
    CheckGatewayAccount,
    check_gateway_account,
)
from khata.usecases.gateways.rotate_gateway_account import (
    RotateGatewayAccount,
    rotate_gateway_account,
)
from khata.wiring import Engine

HOME: Final = "/dashboard/gateways"
_ALL: Final = lists.Wanted(limit=100)  # a tenant has fewer
_LONGEST: Final = 4096  # characters of a credential: one may be a certificate
_FEW: Final = Cursor(limit=5)


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    _to_read(routes, engine)
    _to_make(routes, engine)
    _to_act(routes, engine)
    return routes


def _to_read(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.get(HOME)
    def gateways(viewer: Viewer = Depends(seen)) -> Response:
        return gateways_page(engine, viewer, Fields({}))

    @routes.get(HOME + "/new")
    def form(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        vendor = _vendor(engine, asked_fields(request).text("gateway"))
        return _new(viewer, vendor, Fields({}))

    @routes.get(HOME + "/{name}")
    def account(name: str, viewer: Viewer = Depends(seen)) -> Response:
        return _account(engine, viewer, parse_id("ga", name))

    @routes.get(HOME + "/{name}/rotate")
    def rotate(name: str, viewer: Viewer = Depends(seen)) -> Response:
        return _rotate(engine, viewer, _found(engine, viewer, parse_id("ga", name)))


def gateways_page(
    engine: Engine, viewer: Viewer, sent: Fields, refusal: Refusal | None = None
) -> Response:
    """Return the page of all accounts and routes, with what was refused of a new route."""
    with engine.db.transaction(viewer.tenant) as uow:
        accounts = lists.page(uow.connection, GATEWAY_ACCOUNTS, _ALL).rows
        rules = uow.gateway_accounts.routes()
        dead = gateway_events(uow.connection, _FEW, status="dead").rows
        differ = reconciliations(uow.connection, _FEW, status="differs").rows
    return page(
        "gateways.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="gateways",
        accounts=accounts,
        named={account.id: account for account in accounts},
        rules=rules,
        mark=mark_of(rules),
        kinds=[kind.value for kind in MethodKind],
        fallbacks=MOST_FALLBACKS,
        sent=sent,
        refusal=refusal,
        vendors=_vendors(engine),
        most=_FEW.limit,
        dead=len(dead),
        differ=sum(one.is_parked for one in differ),
    )


def _to_make(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.post(HOME, dependencies=[Depends(own_form)])
    def add(sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)) -> Response:
        vendor = _vendor(engine, sent.text("gateway"))
        id = new_id(viewer.now)
        command = AddGatewayAccount(
            tenant=viewer.tenant,
            id=id,
            at=viewer.now,
            now=engine.clock.now(),
            gateway=vendor.name,
            name=sent.text("name", 100) or None,
            credentials=_credentials(sent, vendor),
            webhook_secret=sent.text("webhook_secret", _LONGEST) or None,
            base_url=sent.text("base_url") or None,
        )
        try:
            add_gateway_account(command, tools=engine.gateway_tools(engine.db))
        except Refusal as refusal:
            return _new(viewer, vendor, sent, refusal)
        return _back_to(id)

    @routes.post(HOME + "/rotate", dependencies=[Depends(own_form)])
    def rotate(sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)) -> Response:
        account = _found(engine, viewer, parse_id("ga", sent.text("account")))
        vendor = _vendor(engine, account.gateway)
        command = RotateGatewayAccount(
            viewer.tenant,
            account.id,
            engine.clock.now(),
            _credentials(sent, vendor) or None,
            sent.text("webhook_secret", _LONGEST) or None,
        )
        try:
            rotate_gateway_account(command, tools=engine.gateway_tools(engine.db))
        except Refusal as refusal:
            return _rotate(engine, viewer, account, sent, refusal)
        return _back_to(account.id)


def _to_act(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.post(HOME + "/check", dependencies=[Depends(own_form)])
    def check(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        account = _found(engine, viewer, parse_id("ga", name))
        command = CheckGatewayAccount(viewer.tenant, account.id, engine.clock.now())
        try:
            check_gateway_account(command, tools=engine.gateway_tools(engine.db))
        except Refusal as refusal:
            return _account(engine, viewer, account.id, refusal)
        return _back_to(account.id)

    @routes.post(HOME + "/disable", dependencies=[Depends(own_form)])
    def disable(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        return _set(engine, viewer, name, AccountStatus.DISABLED)

    @routes.post(HOME + "/enable", dependencies=[Depends(own_form)])
    def enable(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        return _set(engine, viewer, name, AccountStatus.ACTIVE)


def _set(engine: Engine, viewer: Viewer, name: str, status: AccountStatus) -> Response:
    id = parse_id("ga", name)
    command = ChangeGatewayAccount(viewer.tenant, id, viewer.now, status=status)
    change_gateway_account(command, tools=engine.gateway_tools(engine.db))
    return _back_to(id)


def _account(engine: Engine, viewer: Viewer, id: UUID, refusal: Refusal | None = None) -> Response:
    shown = _found(engine, viewer, id)
    with engine.db.transaction(viewer.tenant) as uow:
        events = gateway_events(uow.connection, _FEW, account=id).rows
        days = reconciliations(uow.connection, _FEW, account=id).rows
    return page(
        "gateway.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="gateways",
        shown=shown,
        events=events,
        days=days,
        refusal=refusal,
        webhook_url=(
            f"{engine.settings.base_url}/webhooks/{shown.gateway}/{public_id('ga', shown.id)}"
        ),
    )


def _new(
    viewer: Viewer, vendor: GatewayVendor, sent: Fields, refusal: Refusal | None = None
) -> Response:
    return _form(viewer, vendor, sent, refusal, account=None)


def _rotate(
    engine: Engine,
    viewer: Viewer,
    account: GatewayAccount,
    sent: Fields | None = None,
    refusal: Refusal | None = None,
) -> Response:
    vendor = _vendor(engine, account.gateway)
    return _form(viewer, vendor, sent or Fields({}), refusal, account=account)


def _form(
    viewer: Viewer,
    vendor: GatewayVendor,
    sent: Fields,
    refusal: Refusal | None,
    *,
    account: GatewayAccount | None,
) -> Response:
    facts: dict[str, Any] = {"vendor": vendor, "sent": sent, "refusal": refusal}
    return page(
        "gateway_form.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="gateways",
        account=account,
        addresses=list(vendor.addresses),
        **facts,
    )


def _credentials(sent: Fields, vendor: GatewayVendor) -> dict[str, str]:
    """Return what was typed of the vendor's fields; what was left empty was not meant."""
    typed = {field.name: sent.text(f"credential-{field.name}", _LONGEST) for field in vendor.fields}
    return {name: text for name, text in typed.items() if text}


def _vendors(engine: Engine) -> list[GatewayVendor]:
    found = (engine.gateways.vendor(name) for name in engine.gateways.names())
    return [vendor for vendor in found if vendor is not None]


def _vendor(engine: Engine, name: str) -> GatewayVendor:
    """Raises: NotFound."""
    vendor = engine.gateways.vendor(name)
    if vendor is None:
        raise NotFound("gateway", name[:40])
    return vendor


def _found(engine: Engine, viewer: Viewer, id: UUID) -> GatewayAccount:
    """Raises: NotFound."""
    with engine.db.transaction(viewer.tenant) as uow:
        account = uow.gateway_accounts.get(id)
    if account is None:
        raise NotFound("gateway account", public_id("ga", id))
    return account


def _back_to(id: UUID) -> Response:
    return RedirectResponse(f"{HOME}/{public_id('ga', id)}", status_code=303)
