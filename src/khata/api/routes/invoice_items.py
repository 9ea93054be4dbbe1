"""/v1/invoice_items"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.invoice_items import InvoiceItemCreate, InvoiceItemObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.periods import Period
from khata.core.tax.nature import Nature
from khata.db.reads.invoice_items import INVOICE_ITEMS
from khata.db.reads.lists import find
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.invoices.add_invoice_item import AddInvoiceItem, add_invoice_item
from khata.usecases.invoices.withdraw_invoice_item import (
    WithdrawInvoiceItem,
    withdraw_invoice_item,
)

router = APIRouter(prefix="/v1/invoice_items", tags=["Invoice items"], route_class=StrictRoute)


class InvoiceItemQuery(ListQuery):
    """Which items."""

    customer: Id | None = Field(None, description="Only those of this customer")
    subscription: Id | None = Field(None, description="Only those of this subscription")


@router.post("", status_code=201, response_model=InvoiceItemObject)
def create(body: InvoiceItemCreate, post: Posted) -> Response:
    """Bill something once: with the customer's next invoice, or at once on one of its own."""
    caller = post.caller
    customer = parse_id("cus", body.customer, param="customer")
    of = body.subscription
    subscription = parse_id("sub", of, param="subscription") if of else None

    def act(db: Database, id: UUID) -> None:
        command = AddInvoiceItem(
            caller.tenant,
            id,
            caller.at,
            customer,
            body.description,
            body.tax_code,
            body.amount if body.amount is not None else body.unit_amount or 0,
            body.currency,
            body.quantity,
            body.tax_behavior,
            subscription,
            Period(body.period.start, body.period.end) if body.period else None,
            body.invoice == "now",
            Nature(body.tax_nature),
            body.reverse_charge,
        )
        add_invoice_item(command, tools=caller.engine.tools, db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[InvoiceItemObject])
def list_all(caller: Called, query: Annotated[InvoiceItemQuery, Query()]) -> Response:
    """List the items, waiting, billed and withdrawn, newest first."""
    return listed(caller, INVOICE_ITEMS, query, InvoiceItemObject.of)


@router.get("/{id}", response_model=InvoiceItemObject)
def read(id: str, caller: Called) -> Response:
    """Read an item."""
    return caller.answer(tell, parse_id("ii", id))


@router.post("/{id}/withdraw", response_model=InvoiceItemObject)
def withdraw(id: str, post: Posted) -> Response:
    """Take back an item that waits."""
    caller = post.caller

    def act(db: Database, item: UUID) -> None:
        withdraw_invoice_item(WithdrawInvoiceItem(caller.tenant, item, caller.at), db=db)

    return post.move(parse_id("ii", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> InvoiceItemObject:
    return InvoiceItemObject.of(find(uow.connection, INVOICE_ITEMS, id), livemode)
