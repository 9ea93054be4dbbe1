"""Wallets: one with its credits and what moved, and the forms that open and top one up."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import new_id, parse_id, public_id
from khata.core.refusal import NotFound, Refusal
from khata.core.subscription import CollectionMethod
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.reading import Fields, NotAnAmount, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import browse_funds, closeup, lists
from khata.db.reads.vouchers import VOUCHERS
from khata.db.reads.wallets import TOP_UPS, WALLET_CREDITS
from khata.usecases.wallets.open_wallet import OpenWallet, open_wallet
from khata.usecases.wallets.top_up_wallet import TopUpWallet, top_up_wallet
from khata.wiring import Engine

HOME: Final = "/dashboard/wallets"
_NO_FIELDS: Final = Fields({})


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get(HOME + "/{name}")
    def wallet(name: str, request: Request, viewer: Viewer = Depends(seen)) -> Response:
        return _page(engine, viewer, request, parse_id("wal", name))

    @routes.get("/dashboard/vouchers/{name}")
    def voucher(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("vch", name)
        with engine.db.transaction(viewer.tenant) as uow:
            wallet = lists.find(uow.connection, VOUCHERS, id).wallet_id
        return RedirectResponse(f"{HOME}/{public_id('wal', wallet)}", status_code=303)

    @routes.post(HOME, dependencies=[Depends(own_form)])
    def open_one(sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)) -> Response:
        customer = parse_id("cus", sent.text("customer"))
        with engine.db.transaction(viewer.tenant) as uow:
            found = closeup.customer(uow.connection, customer)
        if found is None:
            raise NotFound("customer", sent.text("customer"))
        id = new_id(viewer.now)
        command = OpenWallet(
            viewer.tenant, id, viewer.now, customer, found.currency,
            sent.text("name", 60) or "Wallet", 50, None, None, {}, sent.text("tax_code", 8) or None,
        )  # fmt: skip
        open_wallet(command, db=engine.db)
        return RedirectResponse(f"{HOME}/{public_id('wal', id)}", status_code=303)

    @routes.post(HOME + "/{name}", dependencies=[Depends(own_form)])
    def top_up(
        name: str,
        request: Request,
        sent: Fields = Depends(sent_fields),
        viewer: Viewer = Depends(seen),
    ) -> Response:
        id = parse_id("wal", name)
        with engine.db.transaction(viewer.tenant) as uow:
            currency = uow.wallets.get(id).currency
        try:
            top_up_wallet(_command(id, currency, sent, viewer), db=engine.db, tools=engine.tools)
        except Refusal as refusal:
            return _page(engine, viewer, request, id, sent, refusal)
        return RedirectResponse(f"{HOME}/{name}", status_code=303)

    return routes


def _page(
    engine: Engine,
    viewer: Viewer,
    request: Request,
    id: UUID,
    sent: Fields = _NO_FIELDS,
    refusal: Refusal | None = None,
) -> Response:
    asked = browsing(request, "wle")
    of_it = lists.Wanted(limit=50, by={"wallet": id})
    with engine.db.transaction(viewer.tenant) as uow:
        shown = uow.wallets.get(id)
        customer = closeup.customer(uow.connection, shown.customer_id)
        assert customer is not None  # the wallet refers to it
        top_ups = lists.page(uow.connection, TOP_UPS, of_it).rows
        facts = {
            "credits": lists.page(uow.connection, WALLET_CREDITS, of_it).rows,
            "vouchers": lists.page(uow.connection, VOUCHERS, of_it).rows if shown.tax_code else (),
            "waiting": [one for one in top_ups if one.status == "waiting"],
            "found": browse_funds.wallet_entries(uow.connection, asked.cursor, wallet=id),
        }
    return page(
        "wallet.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="customers",
        shown=shown,
        customer=customer,
        asked=asked,
        sent=sent,
        refusal=refusal,
        **facts,
    )


def _command(id: UUID, currency: str, sent: Fields, viewer: Viewer) -> TopUpWallet:
    """Read the form. Raises: NotAnAmount, NotADay."""
    amount = sent.amount("amount", currency)
    if amount is None:
        raise NotAnAmount("Say how much is to come into the wallet", param="amount")
    how = sent.text("how")
    return TopUpWallet(
        tenant=viewer.tenant,
        id=new_id(viewer.now),
        at=viewer.now,
        wallet_id=id,
        amount=amount,
        paid=how != "granted",
        expires_on=sent.day("expires_on"),
        name=sent.text("name", 100) or None,
        collection_method=CollectionMethod.SEND_INVOICE
        if how == "invoice"
        else CollectionMethod.CHARGE_AUTOMATICALLY,
    )
