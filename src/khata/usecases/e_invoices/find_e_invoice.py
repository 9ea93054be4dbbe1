"""Find the e-invoice of an invoice."""

from uuid import UUID

from khata.core.e_invoice.standing import EInvoice
from khata.core.ids import public_id
from khata.core.refusal import Kind, Refusal
from khata.db.transaction import UnitOfWork


class NoEInvoice(Refusal):
    """The invoice is registered at no portal, and is not to be."""

    kind = Kind.CONFLICT


def find_e_invoice(uow: UnitOfWork, invoice_id: UUID, *, lock: bool = False) -> EInvoice:
    """Return it, locked where that is wanted. Raises: NotFound, NoEInvoice."""
    invoice = uow.invoices.get(invoice_id)
    found = uow.e_invoices.of_invoice(invoice_id, lock=lock)
    if found is None:
        raise NoEInvoice(
            f"Invoice {invoice.number} is not registered at a portal: its registration has no "
            "connection, or its buyer is neither registered nor abroad"
        )
    return found


def find_of_note(uow: UnitOfWork, note_id: UUID) -> EInvoice:
    """Return the e-invoice of a credit note. Raises: NoEInvoice."""
    found = uow.e_invoices.of_note(note_id)
    if found is None:
        raise NoEInvoice(f"{public_id('cn', note_id)} is not registered at a portal")
    return uow.e_invoices.lock(found.id)
