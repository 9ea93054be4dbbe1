"""/v1/invoices"""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, Caller, Tell
from khata.api.entity_tags import seals
from khata.api.files import IfNoneMatch, pdf_answer, pdf_answers, xml_answer, xml_answers
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.explanations import InvoiceExplanation
from khata.api.schemas.fields import Id, ShortLine
from khata.api.schemas.invoice_parts import DocumentKindName
from khata.api.schemas.invoices import (
    InvoiceMarkPaid,
    InvoiceObject,
    InvoicePay,
    InvoiceStatusName,
    PreviewAsked,
)
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.previews import PreviewObject
from khata.api.schemas.taxes import RupeeRate
from khata.api.schemas.xml import XmlQuery
from khata.api.strict_route import StrictRoute
from khata.core.exports.en16931.profiles import Format
from khata.core.ids import new_id, parse_id
from khata.core.invoice import Invoice
from khata.core.tds import Withheld
from khata.db.reads.explanations import explained_invoice
from khata.db.reads.invoices import INVOICES
from khata.db.reads.lists import find
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.give_out_xml import GiveOutXml, give_out_xml
from khata.usecases.invoices.void_invoice import VoidInvoice, void_invoice
from khata.usecases.invoices.write_off_invoice import WriteOffInvoice, write_off_invoice
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.payments.pay_invoice import PayInvoice, pay_invoice
from khata.usecases.taxes.value_invoice import ValueInvoice, value_invoice

router = APIRouter(prefix="/v1/invoices", tags=["Invoices"], route_class=StrictRoute)


class InvoiceQuery(ListQuery):
    """Which invoices."""

    customer: Id | None = Field(None, description="Only those of this customer")
    subscription: Id | None = Field(None, description="Only those of this subscription")
    status: InvoiceStatusName | None = Field(None, description="Only those that stand so")
    document_kind: DocumentKindName | None = Field(None, description="Only documents of this kind")
    number: ShortLine | None = Field(None, description="Only the one with this number")


@router.get("", response_model=ListOf[InvoiceObject])
def list_all(caller: Called, query: Annotated[InvoiceQuery, Query()]) -> Response:
    """List the invoices, newest first."""
    return listed(caller, INVOICES, query, partial(InvoiceObject.of, base_url=_base_url(caller)))


@router.post("/preview", response_model=PreviewObject)
def preview(body: PreviewAsked, post: Posted) -> Response:
    """Preview the next invoice of a subscription as things stand; nothing is stored."""
    caller = post.caller
    subscription = parse_id("sub", body.subscription, param="subscription")
    with caller.reading() as uow:
        uow.subscriptions.get(subscription, param="subscription")
    decided: list[Invoice] = []

    def act(db: Database, id: UUID) -> None:
        decided.append(preview_invoice(PreviewInvoice(caller.tenant, id, caller.at), db=db))

    def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> PreviewObject:
        if not decided:  # the key was seen before, and the machine died before it answered
            act(caller.engine.db, id)
        return PreviewObject.of(decided[0], livemode)

    return post.move(subscription, act, tell)


@router.get("/{id}", response_model=InvoiceObject)
def read(id: str, caller: Called) -> Response:
    """Read an invoice with its lines and taxes."""
    return caller.answer(teller(caller), parse_id("inv", id))


@router.get("/{id}/explain", response_model=InvoiceExplanation)
def explain(id: str, caller: Called) -> Response:
    """Explain every amount of an invoice: inputs, rule, fraction, rounding, and words."""
    return caller.answer(tell_why, parse_id("inv", id))


@router.get("/{id}/pdf", response_class=Response, responses=pdf_answers("The invoice"))
def pdf(id: str, caller: Called, if_none_match: IfNoneMatch = None) -> Response:
    """Read an invoice as the PDF that customers get. What was given out once stays as it is.

    Another file is given out only when the invoice stands otherwise: paid, voided, written off.
    """
    command = GiveOutDocument(caller.tenant, parse_id("inv", id), caller.at, seals(if_none_match))
    return pdf_answer(give_out_document(command, tools=caller.engine.tools))


@router.get("/{id}/xml", response_class=Response, responses=xml_answers("The invoice"))
def xml(id: str, caller: Called, query: Annotated[XmlQuery, Query()]) -> Response:
    """Read an invoice as XML by EN 16931, as it stands now."""
    command = GiveOutXml(caller.tenant, parse_id("inv", id), Format(query.format))
    return xml_answer(give_out_xml(command, tools=caller.engine.tools))


@router.post("/{id}/pay", response_model=InvoiceObject)
def pay(id: str, post: Posted, body: InvoicePay | None = None) -> Response:
    """Try to collect an invoice now. A decline is an answer: the invoice then stays `open`."""
    caller = post.caller
    wanted = body.payment_method if body else None
    method = parse_id("pm", wanted, param="payment_method") if wanted else None

    def act(db: Database, invoice: UUID) -> None:
        command = PayInvoice(caller.tenant, new_id(caller.at), caller.at, invoice, method)
        pay_invoice(command, db=db, gateways=caller.engine.gateways)

    return post.move(parse_id("inv", id), act, teller(caller))


@router.post("/{id}/mark_paid", response_model=InvoiceObject)
def mark_as_paid(id: str, body: InvoiceMarkPaid, post: Posted) -> Response:
    """Settle an invoice, or a part of it, with money that came without a gateway."""
    caller = post.caller

    def act(db: Database, invoice: UUID) -> None:
        command = MarkPaid(
            tenant=caller.tenant,
            id=new_id(caller.at),
            at=caller.at,
            invoice_id=invoice,
            method=Method(body.method),
            reference=body.reference,
            amount=body.amount,
            tds=Withheld(body.tds.amount, body.tds.section, body.tds.rate) if body.tds else None,
        )
        mark_paid(command, db=db)

    return post.move(parse_id("inv", id), act, teller(caller))


@router.post("/{id}/exchange_rate", response_model=InvoiceObject)
def value(id: str, body: RupeeRate, post: Posted) -> Response:
    """Value an invoice in rupees, where no rate was on file when it was issued; once for ever."""
    caller, invoice = post.caller, parse_id("inv", id)

    def act(db: Database, _: UUID) -> None:
        command = ValueInvoice(
            caller.tenant, invoice, caller.at, body.on, body.decimal, body.source
        )
        value_invoice(command, db=db)

    return post.move(invoice, act, teller(caller))


@router.post("/{id}/void", response_model=InvoiceObject)
def void(id: str, post: Posted) -> Response:
    """Void an open invoice that should not have been. It keeps its number."""
    caller = post.caller

    def act(db: Database, invoice: UUID) -> None:
        void_invoice(VoidInvoice(caller.tenant, invoice, caller.at), db=db)

    return post.move(parse_id("inv", id), act, teller(caller))


@router.post("/{id}/write_off", response_model=InvoiceObject)
def write_off(id: str, post: Posted) -> Response:
    """Give up an open invoice as a loss. Money that comes all the same is still taken."""
    caller = post.caller

    def act(db: Database, invoice: UUID) -> None:
        write_off_invoice(WriteOffInvoice(caller.tenant, invoice, caller.at), db=db)

    return post.move(parse_id("inv", id), act, teller(caller))


def tell_why(uow: UnitOfWork, id: UUID, livemode: bool) -> InvoiceExplanation:
    return InvoiceExplanation.of(explained_invoice(uow.connection, id), livemode)


def teller(caller: Caller) -> Tell:
    """Return what tells an invoice, with the address that its hosted page has."""

    def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> InvoiceObject:
        found = find(uow.connection, INVOICES, id)
        return InvoiceObject.of(found, livemode, base_url=_base_url(caller))

    return tell


def _base_url(caller: Caller) -> str:
    return caller.engine.settings.base_url
