"""Coupons: the list, one with who redeemed it, a form that makes one, and the end of one."""

import re
from typing import Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.coupon import Duration
from khata.core.discounts import Scope
from khata.core.ids import new_id, parse_id, public_id
from khata.core.refusal import Refusal
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.reading import Fields, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import browse_funds
from khata.usecases.coupons.archive_coupon import ArchiveCoupon, archive_coupon
from khata.usecases.coupons.create_coupon import CreateCoupon, create_coupon
from khata.wiring import Engine

HOME: Final = "/dashboard/coupons"
_STATUSES: Final = ("usable", "archived")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class NotACode(Refusal):
    """What was typed cannot be the code of a coupon."""


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    _to_read(routes, engine)
    _to_act(routes, engine)
    return routes


def _to_read(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.get(HOME)
    def coupons(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "cou", _STATUSES)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse_funds.coupons(
                uow.connection, asked.cursor, status=asked.status, search=asked.search
            )
        return page(
            "coupons.html",
            viewer=viewer,
            here="coupons",
            asked=asked,
            found=found,
            statuses=_STATUSES,
        )

    @routes.get(HOME + "/new")
    def form(viewer: Viewer = Depends(seen)) -> Response:
        return _form(viewer, Fields({}))

    @routes.get(HOME + "/{name}")
    def coupon(name: str, request: Request, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("cou", name)
        asked = browsing(request, "di")
        with engine.db.transaction(viewer.tenant) as uow:
            shown = uow.coupons.get(id)
            plans = [plan.name for plan in uow.catalog.plans(shown.plan_ids)]
            found = browse_funds.redemptions(uow.connection, asked.cursor, coupon=id)
        return page(
            "coupon.html",
            viewer=viewer,
            here="coupons",
            shown=shown,
            plans=plans,
            asked=asked,
            found=found,
        )


def _to_act(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.post(HOME, dependencies=[Depends(own_form)])
    def create(sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)) -> Response:
        try:
            made = create_coupon(_command(sent, viewer), db=engine.db)
        except Refusal as refusal:
            return _form(viewer, sent, refusal)
        return RedirectResponse(f"{HOME}/{public_id('cou', made.id)}", status_code=303)

    @routes.post(HOME + "/archive", dependencies=[Depends(own_form)])
    def archive(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        command = ArchiveCoupon(viewer.tenant, parse_id("cou", name), viewer.now)
        archive_coupon(command, db=engine.db)
        return RedirectResponse(f"{HOME}/{name}", status_code=303)


def _form(viewer: Viewer, sent: Fields, refusal: Refusal | None = None) -> Response:
    return page(
        "coupon_new.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="coupons",
        sent=sent,
        refusal=refusal,
    )


def _command(sent: Fields, viewer: Viewer) -> CreateCoupon:
    """Read the form. Raises: NotACode, NotAnAmount, NotACount, NotADay, NotADecimal."""
    code = sent.text("code")
    if not _CODE.fullmatch(code):
        raise NotACode(
            "A code has up to 60 letters, digits, dots, dashes and underscores, and begins with "
            "a letter or a digit",
            param="code",
        )
    is_percent = sent.text("off") != "amount"
    percent = sent.percent("value") if is_percent else None
    amount = None if is_percent else sent.amount("value", viewer.shop.currency)
    lasts: dict[str, Any] = {"duration": Duration.ONCE, "months": None, "cycles": None}
    if sent.text("lasts") == "forever":
        lasts["duration"] = Duration.FOREVER
    elif sent.text("lasts") == "months":
        months = sent.count("months", least=1, most=120)
        lasts |= {"duration": Duration.REPEATING, "months": months}
    return CreateCoupon(
        tenant=viewer.tenant,
        id=new_id(viewer.now),
        at=viewer.now,
        code=code,
        name=sent.text("name", 100) or None,
        scope=Scope.INVOICE,
        percent=percent,
        amount=amount,
        currency=viewer.shop.currency if amount is not None else None,
        **lasts,
        max_redemptions=sent.count("most", least=1, most=10**9),
        max_per_customer=sent.count("each", least=1, most=1000),
        expires_on=sent.day("expires_on"),
        minimum=None,
        plan_ids=[],
        metadata={},
    )
