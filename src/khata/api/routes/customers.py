"""/v1/customers"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.customers import CustomerChange, CustomerCreate, CustomerObject
from khata.api.schemas.fields import Email
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.places import Address
from khata.core.refusal import NotFound
from khata.db.reads.selling import CUSTOMERS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.selling.change_customer import (
    ChangeCustomer,
    CustomerChanges,
    change_customer,
)
from khata.usecases.selling.create_customer import CreateCustomer, create_customer

router = APIRouter(prefix="/v1/customers", tags=["Customers"], route_class=StrictRoute)


class CustomerQuery(ListQuery):
    """Which customers."""

    email: Email | None = Field(None, description="Only those with this address")
    payer: str | None = Field(None, description="Only those that this customer pays for")


@router.post("", status_code=201, response_model=CustomerObject)
def create(body: CustomerCreate, post: Posted) -> Response:
    """Add a customer."""
    caller, address = post.caller, body.address

    def act(db: Database, id: UUID) -> None:
        command = CreateCustomer(
            tenant=caller.tenant,
            id=id,
            at=caller.at,
            name=body.name,
            email=body.email,
            currency=body.currency,
            timezone=body.timezone,
            country=address.country if address else None,
            state=address.state if address else None,
            address=address.lines if address else Address(),
            tax_ids=[asked.tax_id for asked in body.tax_ids],
            sez=body.sez,
            metadata=body.metadata,
            payer_id=_payer(body.payer),
            invoice_together=body.invoice_together,
            related_establishment=body.related_establishment,
            deemed_export=body.deemed_export,
            phone=body.phone,
        )
        create_customer(command, db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[CustomerObject])
def list_all(caller: Called, query: Annotated[CustomerQuery, Query()]) -> Response:
    """List the customers, newest first."""
    return listed(caller, CUSTOMERS, query, CustomerObject.of)


@router.get("/{id}", response_model=CustomerObject)
def read(id: str, caller: Called) -> Response:
    """Read a customer."""
    return caller.answer(tell, parse_id("cus", id))


@router.patch("/{id}", response_model=CustomerObject)
def change(id: str, body: CustomerChange, caller: Called) -> Response:
    """Change a customer. Documents made before keep the name and address they have."""
    customer = parse_id("cus", id)
    command = ChangeCustomer(caller.tenant, customer, caller.at, _changes(body))
    change_customer(command, db=caller.engine.db)
    return caller.answer(tell, customer)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> CustomerObject:
    customer = uow.customers.get(id)
    if customer is None:
        raise NotFound("customer", public_id("cus", id))
    return CustomerObject.of(customer, livemode)


def _changes(body: CustomerChange) -> CustomerChanges:
    given = body.model_fields_set
    changes = CustomerChanges()
    if "name" in given:
        changes["name"] = body.name
    if "email" in given:
        changes["email"] = body.email
    if "phone" in given:
        changes["phone"] = body.phone
    if "timezone" in given:
        changes["timezone"] = body.timezone
    if "address" in given:
        changes["country"] = body.address.country
        changes["state"] = body.address.state
        changes["address"] = body.address.lines
    if "tax_ids" in given:
        changes["tax_ids"] = [asked.tax_id for asked in body.tax_ids]
    if "sez" in given:
        changes["sez"] = body.sez
    if "related_establishment" in given:
        changes["related_establishment"] = body.related_establishment
    if "deemed_export" in given:
        changes["deemed_export"] = body.deemed_export
    if "payer" in given:
        changes["payer_id"] = _payer(body.payer)
    if "invoice_together" in given:
        changes["invoice_together"] = body.invoice_together
    if "metadata" in given:
        changes["metadata"] = body.metadata
    return changes


def _payer(id: str | None) -> UUID | None:
    return None if id is None else parse_id("cus", id, param="payer")
