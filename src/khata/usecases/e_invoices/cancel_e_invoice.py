"""Cancel an IRN within a day of its being given; that voids its invoice or note."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.e_invoice.registration import CancelReason
from khata.core.e_invoice.standing import EInvoice, Kind
from khata.core.e_invoice.states import (
    EInvoiceMoveNotAllowed,
    EInvoiceState,
    check_cancellable,
)
from khata.core.refusal import Kind as RefusalKind
from khata.core.refusal import Refusal
from khata.db.retrying import retrying
from khata.db.stores.e_invoices import LEASE
from khata.db.stores.void_notes import VoidNotes
from khata.db.transaction import Database, UnitOfWork
from khata.ports.invoice_registries import InvoiceRegistries
from khata.usecases.credit_notes.void_note import check_note
from khata.usecases.e_invoices.end_cancelling import end_cancelling
from khata.usecases.e_invoices.find_e_invoice import find_e_invoice, find_of_note
from khata.usecases.invoices.void_invoice import check_voidable
from khata.usecases.payments.lock_owed import lock_owed


class PortalRefused(Refusal):
    """The portal has refused; its sentence says why. Nothing was changed."""

    kind = RefusalKind.CONFLICT


class PortalAway(Refusal):
    """The portal did not answer. It is asked again by itself; ask for the e-invoice later."""

    kind = RefusalKind.CONFLICT


@dataclass(frozen=True, slots=True)
class CancelEInvoice:
    """`document` is an invoice's, a debit note's or, by `kind`, a credit note's id."""

    tenant: UUID
    document: UUID
    at: datetime
    reason: CancelReason
    remark: str
    kind: Kind = Kind.INVOICE


def cancel_e_invoice(
    command: CancelEInvoice, *, db: Database, registries: InvoiceRegistries | None
) -> None:
    """Cancel it at the portal, then void the document; its number is never used again.

    That it is to be cancelled is written before the portal is asked: whoever dies in between
    leaves it to be done again.
    Raises: NotFound, NoEInvoice, EInvoiceMoveNotAllowed, TooLateToCancel, NotVoidable,
    NoteNotVoidable, PeriodFiled, PortalRefused, PortalAway.
    """

    def want(uow: UnitOfWork) -> EInvoice:
        note = command.document if command.kind is Kind.CREDIT_NOTE else None
        invoice = VoidNotes(uow.connection).get(note).invoice_id if note else command.document
        owed = lock_owed(uow, invoice)
        one = find_of_note(uow, note) if note else find_e_invoice(uow, invoice, lock=True)
        if one.state is not EInvoiceState.GENERATED or one.ack_at is None:
            raise EInvoiceMoveNotAllowed(
                f"The e-invoice of {one.number} is {one.state}; only a generated one is cancelled"
            )
        is_note = note is not None
        check_cancellable(one.number, generated_at=one.ack_at, at=command.at, is_note=is_note)
        if note:
            check_note(uow, note, owed.invoice)
        else:
            check_voidable(uow, owed.invoice)
        uow.e_invoices.set_state(
            one.id,
            one.state,
            cancel_reason=command.reason,
            cancel_remark=command.remark,
            next_try_at=command.at + LEASE,
        )
        return uow.e_invoices.lock(one.id)

    one = retrying(db, command.tenant, want)
    ended = end_cancelling(one, tenant=command.tenant, at=command.at, db=db, registries=registries)
    if not ended.done:
        refusal = PortalRefused if ended.is_over else PortalAway
        raise refusal(f"The IRN of {one.number} is not cancelled: {ended.why}")
