"""/v1/payment_methods"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.payment_methods import PaymentMethodCreate, PaymentMethodObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.selling import PAYMENT_METHODS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.selling.detach_payment_method import (
    DetachPaymentMethod,
    detach_payment_method,
)
from khata.usecases.selling.make_default_payment_method import (
    MakeDefaultPaymentMethod,
    make_default_payment_method,
)

router = APIRouter(prefix="/v1/payment_methods", tags=["Payment methods"], route_class=StrictRoute)


class PaymentMethodQuery(ListQuery):
    """Which payment methods."""

    customer: Id | None = Field(None, description="Only those of this customer")


@router.post("", status_code=201, response_model=PaymentMethodObject)
def create(body: PaymentMethodCreate, post: Posted) -> Response:
    """Add a way to pay to a customer. What it can pay, and the one before could not, is tried."""
    caller = post.caller
    customer = parse_id("cus", body.customer, param="customer")
    account = None
    if body.gateway_account is not None:
        account = parse_id("ga", body.gateway_account, param="gateway_account")

    def act(db: Database, id: UUID) -> None:
        command = AddPaymentMethod(
            caller.tenant,
            id,
            caller.at,
            customer,
            body.gateway,
            body.token,
            body.default,
            account,
            body.holder,
        )
        add_payment_method(command, db=db, gateways=caller.engine.gateways)

    return post.make(act, tell)


@router.get("", response_model=ListOf[PaymentMethodObject])
def list_all(caller: Called, query: Annotated[PaymentMethodQuery, Query()]) -> Response:
    """List the payment methods, newest first, detached ones included."""
    return listed(caller, PAYMENT_METHODS, query, PaymentMethodObject.of)


@router.get("/{id}", response_model=PaymentMethodObject)
def read(id: str, caller: Called) -> Response:
    """Read a payment method."""
    return caller.answer(tell, parse_id("pm", id))


@router.post("/{id}/make_default", response_model=PaymentMethodObject)
def make_default(id: str, post: Posted) -> Response:
    """Collect the customer's invoices by this method from now on, and at once what is unpaid."""
    caller = post.caller

    def act(db: Database, method: UUID) -> None:
        command = MakeDefaultPaymentMethod(caller.tenant, method, caller.at)
        make_default_payment_method(command, db=db)

    return post.move(parse_id("pm", id), act, tell)


@router.post("/{id}/detach", response_model=PaymentMethodObject)
def detach(id: str, post: Posted) -> Response:
    """Take the method from the customer: nothing is collected by it any more."""
    caller = post.caller

    def act(db: Database, method: UUID) -> None:
        detach_payment_method(DetachPaymentMethod(caller.tenant, method, caller.at), db=db)

    return post.move(parse_id("pm", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> PaymentMethodObject:
    method = uow.payment_methods.get(id)
    if method is None:
        raise NotFound("payment method", public_id("pm", id))
    return PaymentMethodObject.of(method, livemode)
