"""The lists: invoices, customers, subscriptions, failed payments and mails, a page at a time."""

from fastapi import APIRouter, Depends, Request, Response

from khata.core.subscription import Status
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads import browse
from khata.wiring import Engine

_INVOICES = ("open", "overdue", "paid", "void", "uncollectible")
_PAYMENTS = ("retrying", "recovered", "given_up")


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/invoices")
    def invoices(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "inv", _INVOICES)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.invoices(
                uow.connection,
                asked.cursor,
                today=viewer.today,
                status=asked.status,
                search=asked.search,
            )
        return page(
            "invoices.html",
            viewer=viewer,
            here="invoices",
            asked=asked,
            found=found,
            statuses=_INVOICES,
        )

    @routes.get("/dashboard/customers")
    def customers(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "cus")
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.customers(uow.connection, asked.cursor, search=asked.search)
        return page("customers.html", viewer=viewer, here="customers", asked=asked, found=found)

    @routes.get("/dashboard/subscriptions")
    def subscriptions(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        statuses = tuple(status.value for status in Status)
        asked = browsing(request, "sub", statuses)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.subscriptions(
                uow.connection, asked.cursor, status=asked.status, search=asked.search
            )
        return page(
            "subscriptions.html",
            viewer=viewer,
            here="subscriptions",
            asked=asked,
            found=found,
            statuses=statuses,
        )

    @routes.get("/dashboard/payments")
    def payments(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "pay", _PAYMENTS)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.troubled_payments(uow.connection, asked.cursor, status=asked.status)
        return page(
            "payments.html",
            viewer=viewer,
            here="payments",
            asked=asked,
            found=found,
            statuses=_PAYMENTS,
        )

    @routes.get("/dashboard/mails")
    def mails(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "mail")
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.mails(uow.connection, asked.cursor, search=asked.search)
        return page("mails.html", viewer=viewer, here="mails", asked=asked, found=found)

    return routes
