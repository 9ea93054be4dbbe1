"""/v1/e_invoices, what is done to those of invoices and credit notes, and connections."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, Caller
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.e_invoices import (
    EInvoiceCancel,
    EInvoiceObject,
    IrnEnter,
    IrpConnect,
    IrpConnectionObject,
    StateName,
)
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.e_invoice.dated import ExemptClass
from khata.core.e_invoice.registration import CancelReason
from khata.core.e_invoice.standing import Kind
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.e_invoices import E_INVOICE_LIST
from khata.db.reads.lists import find
from khata.db.stores.irp_connections import IrpConnections
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.e_invoices.cancel_e_invoice import CancelEInvoice, cancel_e_invoice
from khata.usecases.e_invoices.connect_irp import ConnectIrp, connect_irp
from khata.usecases.e_invoices.enter_irn import EnterIrn, enter_irn
from khata.usecases.e_invoices.find_e_invoice import find_e_invoice, find_of_note
from khata.usecases.e_invoices.send_again import SendAgain, send_again

router = APIRouter(prefix="/v1", tags=["E-invoices"], route_class=StrictRoute)

_SECRETS = ("client_id", "client_secret", "user_name", "password")


class EInvoiceQuery(ListQuery):
    """Which e-invoices."""

    invoice: Id | None = Field(None, description="Only those of this invoice and its credit notes")
    state: StateName | None = Field(None, description="Only those that stand so")


@router.get("/e_invoices", response_model=ListOf[EInvoiceObject])
def list_all(caller: Called, query: Annotated[EInvoiceQuery, Query()]) -> Response:
    """List the e-invoices, newest first."""
    return listed(caller, E_INVOICE_LIST, query, EInvoiceObject.of)


@router.get("/e_invoices/{id}", response_model=EInvoiceObject)
def read(id: str, caller: Called) -> Response:
    """Read an e-invoice."""
    return caller.answer(_tell, parse_id("ein", id))


@router.post("/invoices/{id}/e_invoice", response_model=EInvoiceObject)
def send(id: str, post: Posted) -> Response:
    """Send an invoice to the portal again, once what was wrong has been mended."""
    invoice, caller = parse_id("inv", id), post.caller

    def act(db: Database, _: UUID) -> None:
        send_again(SendAgain(caller.tenant, invoice, Kind.INVOICE, caller.at), db=db)

    return post.move(invoice, act, _tell_of_invoice)


@router.post("/invoices/{id}/e_invoice/cancel", response_model=EInvoiceObject)
def cancel(id: str, body: EInvoiceCancel, post: Posted) -> Response:
    """Cancel an IRN within 24 hours of its being given; the invoice is void with it."""
    invoice, caller = parse_id("inv", id), post.caller
    reason = CancelReason(body.reason)

    def act(db: Database, _: UUID) -> None:
        command = CancelEInvoice(caller.tenant, invoice, caller.at, reason, body.remark)
        cancel_e_invoice(command, db=db, registries=caller.engine.irps)

    return post.move(invoice, act, _tell_of_invoice)


@router.post("/invoices/{id}/e_invoice/enter", response_model=EInvoiceObject)
def enter(id: str, body: IrnEnter, post: Posted) -> Response:
    """Enter the IRN of an invoice that was registered at the portal by hand."""
    invoice, caller = parse_id("inv", id), post.caller

    def act(db: Database, _: UUID) -> None:
        enter_irn(_entered(body, caller, invoice, Kind.INVOICE), db=db)

    return post.move(invoice, act, _tell_of_invoice)


@router.post("/credit_notes/{id}/e_invoice", response_model=EInvoiceObject)
def send_note(id: str, post: Posted) -> Response:
    """Send a credit note to the portal again, once what was wrong has been mended."""
    note, caller = parse_id("cn", id), post.caller

    def act(db: Database, _: UUID) -> None:
        send_again(SendAgain(caller.tenant, note, Kind.CREDIT_NOTE, caller.at), db=db)

    return post.move(note, act, _tell_of_note)


@router.post("/credit_notes/{id}/e_invoice/cancel", response_model=EInvoiceObject)
def cancel_of_note(id: str, body: EInvoiceCancel, post: Posted) -> Response:
    """Cancel the IRN of a credit note within 24 hours; the note is void with it."""
    note, caller = parse_id("cn", id), post.caller
    reason = CancelReason(body.reason)

    def act(db: Database, _: UUID) -> None:
        command = CancelEInvoice(
            caller.tenant, note, caller.at, reason, body.remark, Kind.CREDIT_NOTE
        )
        cancel_e_invoice(command, db=db, registries=caller.engine.irps)

    return post.move(note, act, _tell_of_note)


@router.post("/credit_notes/{id}/e_invoice/enter", response_model=EInvoiceObject)
def enter_of_note(id: str, body: IrnEnter, post: Posted) -> Response:
    """Enter the IRN of a credit note that was registered at the portal by hand."""
    note, caller = parse_id("cn", id), post.caller

    def act(db: Database, _: UUID) -> None:
        enter_irn(_entered(body, caller, note, Kind.CREDIT_NOTE), db=db)

    return post.move(note, act, _tell_of_note)


@router.post("/registrations/{id}/irp_connection", response_model=IrpConnectionObject)
def connect(id: str, body: IrpConnect, post: Posted) -> Response:
    """Connect a registration to a portal, or anew with other credentials."""
    registration, caller = parse_id("reg", id), post.caller

    def act(db: Database, _: UUID) -> None:
        command = ConnectIrp(
            caller.tenant,
            registration,
            caller.at,
            base_url=body.base_url,
            credentials={name: getattr(body, name) for name in _SECRETS},
            portal_key=body.portal_key,
            signing_keys=body.signing_keys,
            voluntary=body.voluntary,
            exempt_as=ExemptClass(body.exempt_as) if body.exempt_as else None,
            valid_from=body.valid_from,
        )
        connect_irp(command, tools=caller.engine.gateway_tools(db))

    return post.move(registration, act, _tell_connection)


@router.get("/registrations/{id}/irp_connection", response_model=IrpConnectionObject)
def read_connection(id: str, caller: Called) -> Response:
    """Read the connection of a registration to a portal."""
    return caller.answer(_tell_connection, parse_id("reg", id))


def _entered(body: IrnEnter, caller: Caller, document: UUID, kind: Kind) -> EnterIrn:
    return EnterIrn(
        caller.tenant,
        document,
        kind,
        caller.at,
        body.irn,
        body.ack_number,
        body.ack_at,
        body.signed_qr,
    )


def _tell(uow: UnitOfWork, id: UUID, livemode: bool) -> EInvoiceObject:
    return EInvoiceObject.of(find(uow.connection, E_INVOICE_LIST, id), livemode)


def _tell_of_invoice(uow: UnitOfWork, id: UUID, livemode: bool) -> EInvoiceObject:
    return EInvoiceObject.of(find_e_invoice(uow, id), livemode)


def _tell_of_note(uow: UnitOfWork, id: UUID, livemode: bool) -> EInvoiceObject:
    return EInvoiceObject.of(find_of_note(uow, id), livemode)


def _tell_connection(uow: UnitOfWork, id: UUID, livemode: bool) -> IrpConnectionObject:
    found = IrpConnections(uow.connection).of([id]).get(id)
    if found is None:
        raise NotFound("connection of registration", public_id("reg", id))
    return IrpConnectionObject.of(found, livemode)
