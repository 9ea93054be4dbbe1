"""Customers: the list, and one with subscriptions, invoices and mails."""

from typing import Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import parse_id
from khata.core.refusal import NotFound
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import browse, browse_funds, browse_notes, closeup, lists
from khata.db.reads.browse import Cursor
from khata.db.reads.wallets import WALLETS
from khata.usecases.selling.change_customer import (
    ChangeCustomer,
    CustomerChanges,
    change_customer,
)
from khata.wiring import Engine

_SOME = Cursor(limit=50)


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/customers")
    def customers(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "cus")
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.customers(uow.connection, asked.cursor, search=asked.search)
        return page("customers.html", viewer=viewer, here="customers", asked=asked, found=found)

    @routes.get("/dashboard/customers/{name}")
    def customer(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("cus", name)
        of_it = lists.Wanted(limit=50, by={"customer": id})
        with engine.db.transaction(viewer.tenant) as uow:
            found = closeup.customer(uow.connection, id)
            if found is None:
                raise NotFound("customer", name)
            facts: dict[str, Any] = {
                "pays_for": closeup.paid_for(uow.connection, id),
                "subscriptions": browse.subscriptions(uow.connection, _SOME, customer=id).rows,
                "invoices": browse.invoices(
                    uow.connection, _SOME, today=viewer.today, customer=id
                ).rows,
                "mails": browse.mails(uow.connection, _SOME, customer=id).rows,
                "notes": browse_notes.credit_notes(uow.connection, _SOME, customer=id).rows,
                "discounts": browse_funds.redemptions(uow.connection, _SOME, customer=id).rows,
                "wallets": lists.page(uow.connection, WALLETS, of_it).rows,
                "credit": uow.credit.balances_of(id),
            }
        return page("customer.html", viewer=viewer, here="customers", shown=found, **facts)

    @routes.post("/dashboard/customers/{name}/phone", dependencies=[Depends(own_form)])
    def phone(name: str, phone: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        changes = CustomerChanges(phone=phone.strip() or None)
        command = ChangeCustomer(viewer.tenant, parse_id("cus", name), viewer.now, changes)
        change_customer(command, db=engine.db)
        return RedirectResponse(f"/dashboard/customers/{name}", status_code=303)

    return routes
