"""/v1/subscriptions"""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.previews import PreviewObject
from khata.api.schemas.subscriptions import (
    MoveObject,
    StatusName,
    SubscriptionCancel,
    SubscriptionChange,
    SubscriptionCreate,
    SubscriptionObject,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.proration import ProrationPolicy
from khata.core.subscription import CollectionMethod
from khata.core.terms_of_contract import Alignment
from khata.core.trial import MissingMethod
from khata.db.reads.lists import find
from khata.db.reads.subscriptions import MOVES, SUBSCRIPTIONS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.subscriptions.cancel_subscription import (
    CancelSubscription,
    When,
    cancel_subscription,
)
from khata.usecases.subscriptions.change_subscription import (
    ChangeSubscription,
    SubscriptionChanges,
    change_subscription,
)
from khata.usecases.subscriptions.start_subscription import (
    StartSubscription,
    WantedItem,
    start_subscription,
)
from khata.usecases.subscriptions.uncancel_subscription import (
    UncancelSubscription,
    uncancel_subscription,
)

router = APIRouter(prefix="/v1/subscriptions", tags=["Subscriptions"], route_class=StrictRoute)


class SubscriptionQuery(ListQuery):
    """Which subscriptions."""

    customer: Id | None = Field(None, description="Only those of this customer")
    status: StatusName | None = Field(None, description="Only those that stand so")


@router.post("", status_code=201, response_model=SubscriptionObject)
def create(body: SubscriptionCreate, post: Posted) -> Response:
    """Start a subscription. Its first invoice is made and collected before the answer.

    A first payment that is declined does not undo it: it is `past_due`, and is retried.
    """
    caller = post.caller
    customer, method, registration = _ids(body)
    items = [
        WantedItem(parse_id("plan", item.plan, param=f"items.{position}.plan"), item.quantity)
        for position, item in enumerate(body.items)
    ]

    def act(db: Database, id: UUID) -> None:
        command = StartSubscription(
            tenant=caller.tenant,
            id=id,
            at=caller.at,
            customer_id=customer,
            items=items,
            collection_method=CollectionMethod(body.collection_method),
            days_until_due=body.days_until_due,
            start_on=body.start_date,
            billing_anchor=body.billing_anchor,
            trial_days=body.trial_days,
            missing_method=MissingMethod(body.trial_settings.missing_payment_method)
            if body.trial_settings
            else None,
            cycles=body.cycles,
            ends_on=body.ends_on,
            align=Alignment(body.align) if body.align else None,
            waits_for_payment=body.payment_behavior == "incomplete",
            payment_method_id=method,
            registration_id=registration,
            metadata=body.metadata,
            coupons=body.coupons,
            usage_threshold=body.usage_threshold,
        )
        start_subscription(command, tools=caller.engine.tools, db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[SubscriptionObject])
def list_all(caller: Called, query: Annotated[SubscriptionQuery, Query()]) -> Response:
    """List the subscriptions, newest first."""
    return listed(caller, SUBSCRIPTIONS, query, SubscriptionObject.of)


@router.get("/{id}", response_model=SubscriptionObject)
def read(id: str, caller: Called) -> Response:
    """Read a subscription."""
    return caller.answer(tell, parse_id("sub", id))


@router.patch("/{id}", response_model=SubscriptionObject)
def change(id: str, body: SubscriptionChange, caller: Called) -> Response:
    """Change how a subscription is paid, its usage threshold, or the facts you keep of it."""
    subscription = parse_id("sub", id)
    command = ChangeSubscription(caller.tenant, subscription, caller.at, _changes(body))
    change_subscription(command, db=caller.engine.db)
    return caller.answer(tell, subscription)


@router.post("/{id}/cancel", response_model=SubscriptionObject)
def cancel(id: str, body: SubscriptionCancel, post: Posted) -> Response:
    """End a subscription: now, on a day, or at the end of what is paid for."""
    caller = post.caller

    def act(db: Database, subscription: UUID) -> None:
        command = CancelSubscription(
            caller.tenant,
            subscription,
            caller.at,
            body.when if isinstance(body.when, date) else When(body.when),
            body.reason,
            policy=ProrationPolicy(body.proration) if body.credit == "prorated" else None,
        )
        cancel_subscription(command, tools=caller.engine.tools, db=db)

    return post.move(parse_id("sub", id), act, tell)


@router.post("/{id}/uncancel", response_model=SubscriptionObject)
def uncancel(id: str, post: Posted) -> Response:
    """Take back a cancellation that has not happened yet."""
    caller = post.caller

    def act(db: Database, subscription: UUID) -> None:
        uncancel_subscription(UncancelSubscription(caller.tenant, subscription, caller.at), db=db)

    return post.move(parse_id("sub", id), act, tell)


@router.get("/{id}/moves", response_model=ListOf[MoveObject])
def moves(id: str, caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List every change of the subscription's state, with its cause, newest first."""
    narrowed = {"subscription": parse_id("sub", id)}
    return listed(caller, MOVES, query, MoveObject.of, within=narrowed)


@router.get("/{id}/upcoming_invoice", response_model=PreviewObject)
def upcoming_invoice(id: str, caller: Called) -> Response:
    """Preview the next invoice as things stand; nothing is stored."""
    subscription = parse_id("sub", id)
    command = PreviewInvoice(caller.tenant, subscription, caller.at)
    invoice = preview_invoice(command, db=caller.engine.db)
    return as_json(PreviewObject.of(invoice, caller.livemode))


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> SubscriptionObject:
    return SubscriptionObject.of(find(uow.connection, SUBSCRIPTIONS, id), livemode)


def _changes(body: SubscriptionChange) -> SubscriptionChanges:
    changes = SubscriptionChanges()
    if "payment_method" in body.model_fields_set:
        method = body.payment_method
        id = parse_id("pm", method, param="payment_method") if method else None
        changes["payment_method_id"] = id
    if "usage_threshold" in body.model_fields_set:
        changes["usage_threshold"] = body.usage_threshold
    if "metadata" in body.model_fields_set:
        changes["metadata"] = body.metadata
    return changes


def _ids(body: SubscriptionCreate) -> tuple[UUID, UUID | None, UUID | None]:
    method, registration = body.payment_method, body.registration
    return (
        parse_id("cus", body.customer, param="customer"),
        parse_id("pm", method, param="payment_method") if method else None,
        parse_id("reg", registration, param="registration") if registration else None,
    )
