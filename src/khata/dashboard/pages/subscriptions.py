"""Subscriptions: the list, and one with its story and what happens next."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from khata.core.ids import parse_id
from khata.core.refusal import NotFound
from khata.core.subscription import Status, Subscription
from khata.core.waiting import ScheduledChange
from khata.dashboard.acts import possible
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.story import linked
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads import browse, browse_funds, browse_notes, closeup, overview
from khata.db.reads.browse import Cursor
from khata.db.reads.story import story_of
from khata.db.transaction import UnitOfWork
from khata.usecases.usage.read_usage import ReadUsage, read_usage
from khata.wiring import Engine

_SOME = Cursor(limit=50)


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

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
            told = linked(story_of(uow.connection, id))
            subscription = uow.subscriptions.get(id)
            waiting = uow.schedule.waiting_of([id]).get(id, ())
            facts = _facts(uow, subscription)
            wished = [(one, _wished(uow, one)) for one in waiting]
        _, usage = read_usage(ReadUsage(viewer.tenant, id, viewer.now), db=engine.db)
        return page(
            "subscription.html",
            viewer=viewer,
            here="subscriptions",
            shown=found[0],
            told=told,
            zone=subscription.timezone,
            subscription=subscription,
            acts=possible(subscription),
            usage=usage,
            invoices=invoices,
            waiting=wished,
            **facts,
        )

    return routes


def _facts(uow: UnitOfWork, subscription: Subscription) -> dict[str, Any]:
    """Return what stands beside its story."""
    id, connection = subscription.id, uow.connection
    lowered = browse_funds.redemptions(
        connection, _SOME, customer=subscription.customer_id, subscription=id
    )
    return {
        "items": closeup.items(connection, id),
        "due": overview.due_next(connection, 1, id),
        "notes": browse_notes.credit_notes(connection, _SOME, subscription=id).rows,
        "discounts": lowered.rows,
    }


def _wished(uow: UnitOfWork, change: ScheduledChange) -> str:
    """Spell what a change that waits asks for: 4 × Team and Support."""
    items = change.wish.get("items", ())
    plans = uow.catalog.plans([UUID(item["plan"]) for item in items])
    names = {str(plan.id): plan.name for plan in plans}
    return " and ".join(
        names[item["plan"]]
        if item["quantity"] == 1
        else f"{item['quantity']} × {names[item['plan']]}"
        for item in items
    )
