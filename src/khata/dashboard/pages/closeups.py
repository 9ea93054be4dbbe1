"""One thing at a time: an invoice, a customer, a subscription, with everything that is theirs."""

from typing import Any

from fastapi import APIRouter, Depends, Response

from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.story import story
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads import browse, closeup, overview
from khata.db.reads.browse import Cursor
from khata.wiring import Engine

_SOME = Cursor(limit=50)


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/invoices/{name}")
    def invoice(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("inv", name)
        with engine.db.transaction(viewer.tenant) as uow:
            found = closeup.invoice(uow.connection, id)
            if found is None:
                raise NotFound("invoice", name)
            facts: dict[str, Any] = {
                "lines": closeup.lines(uow.connection, id),
                "taxes": closeup.taxes(uow.connection, id),
                "payments": closeup.payments(uow.connection, id),
                "attempts": closeup.attempts(uow.connection, invoice=id),
                "refunds": closeup.refunds(uow.connection, id),
                "postings": closeup.postings(uow.connection, id),
                "mails": browse.mails(uow.connection, _SOME, invoice=id).rows,
            }
        hosted = f"/i/{public_id('ten', viewer.tenant)}/{found.link_token}"
        return page(
            "invoice.html", viewer=viewer, here="invoices", shown=found, hosted=hosted, **facts
        )

    @routes.get("/dashboard/customers/{name}")
    def customer(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("cus", name)
        with engine.db.transaction(viewer.tenant) as uow:
            found = closeup.customer(uow.connection, id)
            if found is None:
                raise NotFound("customer", name)
            facts: dict[str, Any] = {
                "subscriptions": browse.subscriptions(uow.connection, _SOME, customer=id).rows,
                "invoices": browse.invoices(
                    uow.connection, _SOME, today=viewer.today, customer=id
                ).rows,
                "mails": browse.mails(uow.connection, _SOME, customer=id).rows,
            }
        return page("customer.html", viewer=viewer, here="customers", shown=found, **facts)

    @routes.get("/dashboard/subscriptions/{name}")
    def subscription(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("sub", name)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse.subscriptions(uow.connection, _SOME, subscription=id).rows
            if not found:
                raise NotFound("subscription", name)
            invoices = browse.invoices(
                uow.connection, _SOME, today=viewer.today, subscription=id
            ).rows
            told = story(
                closeup.moves(uow.connection, id),
                invoices,
                closeup.attempts(uow.connection, subscription=id),
                found[0].currency,
            )
            facts: dict[str, Any] = {
                "items": closeup.items(uow.connection, id),
                "due": overview.due_next(uow.connection, 1, id),
                "invoices": invoices,
            }
        return page(
            "subscription.html",
            viewer=viewer,
            here="subscriptions",
            shown=found[0],
            told=told,
            **facts,
        )

    return routes
