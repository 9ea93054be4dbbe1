"""/v1/subscriptions/{id}/change, its preview, and what is scheduled"""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, Caller
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.routes.subscriptions import tell
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.subscription_changes import ChangeAsked, ChangeObject, ChangePreview
from khata.api.schemas.subscriptions import SubscriptionObject
from khata.api.strict_route import StrictRoute
from khata.core.credit_note import Settle
from khata.core.ids import new_id, parse_id
from khata.core.plan_change import Invoicing
from khata.core.proration import ProrationPolicy
from khata.db.reads.credit_notes import CHANGES
from khata.db.reads.lists import find
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.subscriptions.cancel_change import CancelChange, cancel_change
from khata.usecases.subscriptions.change_items import change_items
from khata.usecases.subscriptions.plan_items import ChangeItems, Planned
from khata.usecases.subscriptions.preview_change import preview_change
from khata.usecases.subscriptions.resolve_wish import AskedItem, Terms

router = APIRouter(tags=["Subscriptions"], route_class=StrictRoute)


class ChangeQuery(ListQuery):
    """Which changes."""

    status: Literal["scheduled", "applied", "canceled", "failed"] | None = Field(
        None, description="Only those that stand so"
    )


@router.post("/v1/subscriptions/{id}/change", response_model=SubscriptionObject)
def change_plans(id: str, body: ChangeAsked, post: Posted) -> Response:
    """Change what a subscription is for: other plans, quantities or items, another interval.

    What was billed for the rest of the period is credited by a credit note, and the rest is
    charged at the new terms.
    """
    caller = post.caller

    def act(db: Database, subscription: UUID) -> None:
        change_items(_command(caller, subscription, body), tools=caller.engine.tools, db=db)

    return post.move(parse_id("sub", id), act, tell)


@router.post("/v1/subscriptions/{id}/preview_change", response_model=ChangePreview)
def preview_change_of_plans(id: str, body: ChangeAsked, post: Posted) -> Response:
    """Show what a change would come to, decided as the change itself; nothing is stored."""
    caller = post.caller
    decided: list[Planned] = []

    def act(db: Database, subscription: UUID) -> None:
        decided.append(preview_change(_command(caller, subscription, body), db=db))

    def told(uow: UnitOfWork, subscription: UUID, livemode: bool) -> ChangePreview:
        if not decided:  # the key was seen before, and the machine died before it answered
            act(caller.engine.db, subscription)
        return ChangePreview.of(decided[0], livemode)

    return post.move(parse_id("sub", id), act, told)


@router.get("/v1/subscriptions/{id}/changes", response_model=ListOf[ChangeObject])
def list_changes(id: str, caller: Called, query: Annotated[ChangeQuery, Query()]) -> Response:
    """List the changes of a subscription, made and to come, newest first."""
    narrowed = {"subscription": parse_id("sub", id)}
    return listed(caller, CHANGES, query, ChangeObject.of, within=narrowed)


@router.get("/v1/subscription_changes/{id}", response_model=ChangeObject)
def read_change(id: str, caller: Called) -> Response:
    """Read one change."""
    return caller.answer(tell_change, parse_id("chg", id))


@router.post("/v1/subscription_changes/{id}/cancel", response_model=ChangeObject)
def cancel_change_of_plans(id: str, post: Posted) -> Response:
    """Take back a change or a pause that waits for its day."""
    caller = post.caller

    def act(db: Database, change_id: UUID) -> None:
        cancel_change(CancelChange(caller.tenant, change_id, caller.at), db=db)

    return post.move(parse_id("chg", id), act, tell_change)


def tell_change(uow: UnitOfWork, id: UUID, livemode: bool) -> ChangeObject:
    return ChangeObject.of(find(uow.connection, CHANGES, id), livemode)


def _command(caller: Caller, subscription: UUID, body: ChangeAsked) -> ChangeItems:
    items = [
        AskedItem(
            parse_id("si", item.id, param=f"items.{n}.id") if item.id else None,
            parse_id("plan", item.plan, param=f"items.{n}.plan") if item.plan else None,
            item.quantity,
        )
        for n, item in enumerate(body.items)
    ]
    terms = Terms(
        ProrationPolicy(body.proration),
        Invoicing(body.invoice),
        Settle(body.settle),
        body.keep_anchor,
        body.currency,
    )
    return ChangeItems(
        caller.tenant, subscription, new_id(caller.at), caller.at, items, body.when, terms
    )
