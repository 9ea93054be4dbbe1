"""Enter the IRN of a document that a person has registered at the portal."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.e_invoice.registration import Registered, registration_request
from khata.core.e_invoice.standing import EInvoice, Kind
from khata.core.e_invoice.states import EInvoiceMoveNotAllowed, EInvoiceState
from khata.core.exports.tax_document import TaxDocument
from khata.core.ids import new_id, public_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound, Refusal
from khata.db.reads.tax_documents import documents_of, tax_document_of_note
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.e_invoices.find_e_invoice import find_e_invoice, find_of_note
from khata.usecases.e_invoices.keep_outcome import generated
from khata.usecases.e_invoices.register_due_e_invoices import PORTAL_ZONE

_IRN = re.compile(r"[0-9a-f]{64}")
_OPEN = (
    EInvoiceState.PENDING,
    EInvoiceState.RETRYING,
    EInvoiceState.FAILED,
    EInvoiceState.MANUAL,
    EInvoiceState.NOT_APPLICABLE,
)


class NotItsIrn(Refusal):
    """The number is not the IRN of this document: that follows from its own particulars."""


@dataclass(frozen=True, slots=True)
class EnterIrn:
    """`document` is an invoice's or a credit note's id, by `kind`.

    `signed_qr` is the text of the QR code that the portal gave, to the letter.
    """

    tenant: UUID
    document: UUID
    kind: Kind
    at: datetime
    irn: str
    ack_number: str
    ack_at: datetime
    signed_qr: str | None


def enter_irn(command: EnterIrn, *, db: Database) -> None:
    """Keep a number that the portal gave by hand, if it is the one of this invoice.

    Raises: NotFound, NotItsIrn, EInvoiceMoveNotAllowed, NotAnEInvoice, EInvoiceOutOfBounds.
    """
    with db.transaction(command.tenant) as uow:
        document = _locked(uow, command)
        request = registration_request(document, reported_on=day_of(command.ack_at, PORTAL_ZONE))
        irn = command.irn.strip().lower()
        if _IRN.fullmatch(irn) is None or irn != request.irn:
            raise NotItsIrn(
                f"The IRN of {document.number} is {request.irn}: SHA-256 of GSTIN, year, type and "
                "number",
                param="irn",
            )
        uow.e_invoices.add_by_hand(new_id(command.at), command.kind, command.document, command.at)
        one = _found(uow, command)
        if one.state not in _OPEN:
            raise EInvoiceMoveNotAllowed(f"The e-invoice of {one.number} is {one.state}")
        if one.state is not EInvoiceState.MANUAL:  # a person has looked
            uow.e_invoices.set_state(one.id, EInvoiceState.MANUAL)
            one = uow.e_invoices.lock(one.id)
        held = Registered(
            irn=irn,
            ack_number=command.ack_number,
            ack_at=command.ack_at,
            signed_invoice="",
            signed_qr=command.signed_qr or "",
            key=request.key,
            buyer_gstin=request.buyer_gstin,
            total=request.total,
        )
        generated(uow, one, held, command.at, by_hand=True)


def _locked(uow: UnitOfWork, command: EnterIrn) -> TaxDocument:
    """Return the document; its invoice is held, so that nobody enters another number at once."""
    if command.kind is Kind.INVOICE:
        invoice = uow.invoices.lock(command.document)
        return documents_of(uow.connection, [invoice.id])[invoice.id]
    note = tax_document_of_note(uow.connection, command.document)
    if note is None:
        raise NotFound("credit note", public_id("cn", command.document))
    return note


def _found(uow: UnitOfWork, command: EnterIrn) -> EInvoice:
    """Return the one that was added, or the one that was there, locked."""
    if command.kind is Kind.INVOICE:
        return find_e_invoice(uow, command.document, lock=True)
    return find_of_note(uow, command.document)
