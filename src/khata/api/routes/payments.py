"""/v1/payments"""

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
from khata.api.schemas.payments import (
    AttemptResolve,
    PaymentObject,
    PaymentStatusName,
    RefundCreate,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import new_id, parse_id
from khata.db.reads.lists import find
from khata.db.reads.payments import PAYMENTS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments.refund_payment import RefundPayment, refund_payment
from khata.usecases.payments.resolve_attempt import ResolveAttempt, resolve_attempt

router = APIRouter(prefix="/v1/payments", tags=["Payments"], route_class=StrictRoute)


class PaymentQuery(ListQuery):
    """Which payments."""

    invoice: Id | None = Field(None, description="Only those of this invoice")
    customer: Id | None = Field(None, description="Only those of this customer")
    status: PaymentStatusName | None = Field(None, description="Only those that stand so")


@router.get("", response_model=ListOf[PaymentObject])
def list_all(caller: Called, query: Annotated[PaymentQuery, Query()]) -> Response:
    """List the payments with their attempts, newest first."""
    return listed(caller, PAYMENTS, query, PaymentObject.of)


@router.get("/{id}", response_model=PaymentObject)
def read(id: str, caller: Called) -> Response:
    """Read a payment with its attempts."""
    return caller.answer(tell, parse_id("pay", id))


@router.post("/{id}/refunds", response_model=PaymentObject)
def refund(id: str, body: RefundCreate, post: Posted) -> Response:
    """Give money of a payment back, all of it or a part.

    A credit note is issued with it, as the law asks; both or neither. The payment tells how far
    the refund is.
    """
    caller = post.caller

    def act(db: Database, payment: UUID) -> None:
        command = RefundPayment(
            tenant=caller.tenant,
            note_id=new_id(caller.at),
            at=caller.at,
            payment_id=payment,
            amount=body.amount,
            reason=body.reason,
        )
        refund_payment(command, db=db)

    return post.move(parse_id("pay", id), act, tell)


@router.post("/{id}/resolve", response_model=PaymentObject)
def resolve(id: str, body: AttemptResolve, post: Posted) -> Response:
    """Say what became of an attempt that the gateway does not tell about.

    Money that was taken pays the invoice, or goes back if nothing is owed; a failure follows the
    retries. A failure that turned out to be a success can be told as well.
    """
    caller = post.caller
    attempt = parse_id("att", body.attempt, param="attempt")

    def act(db: Database, payment: UUID) -> None:
        command = ResolveAttempt(
            tenant=caller.tenant,
            payment_id=payment,
            attempt_id=attempt,
            at=caller.at,
            has_succeeded=body.outcome == "succeeded",
            reference=body.reference,
            fee=body.fee,
        )
        resolve_attempt(command, db=db)

    return post.move(parse_id("pay", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> PaymentObject:
    return PaymentObject.of(find(uow.connection, PAYMENTS, id), livemode)
