"""Send a document to the portal again, once what was wrong has been mended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.e_invoice.standing import Kind
from khata.core.e_invoice.states import EInvoiceMoveNotAllowed, EInvoiceState
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.reads.tax_documents import tax_document_of_note
from khata.db.transaction import Database
from khata.usecases.e_invoices.find_e_invoice import find_e_invoice, find_of_note

_WAITING = (EInvoiceState.PENDING, EInvoiceState.RETRYING)
_ENDED = (EInvoiceState.FAILED, EInvoiceState.MANUAL, EInvoiceState.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class SendAgain:
    """`document` is an invoice's or a credit note's id, by `kind`."""

    tenant: UUID
    document: UUID
    kind: Kind
    at: datetime


def send_again(command: SendAgain, *, db: Database) -> UUID:
    """Let it be due now, and return its e-invoice; one that was never wanted is wanted now.

    Raises: NotFound, NoEInvoice, EInvoiceMoveNotAllowed.
    """
    with db.transaction(command.tenant) as uow:
        uow.e_invoices.want(command.kind, [command.document], command.at)
        if command.kind is Kind.INVOICE:
            one = find_e_invoice(uow, command.document, lock=True)
        else:
            if tax_document_of_note(uow.connection, command.document) is None:
                raise NotFound("credit note", public_id("cn", command.document))
            one = find_of_note(uow, command.document)
        if one.state in _WAITING:
            uow.e_invoices.set_state(one.id, one.state, next_try_at=command.at)
        elif one.state in _ENDED:
            uow.e_invoices.set_state(one.id, EInvoiceState.PENDING, next_try_at=command.at, tries=0)
        else:
            raise EInvoiceMoveNotAllowed(f"The e-invoice of {one.number} is {one.state}")
        return one.id
