"""See whether an invoice may be revised today, and by which registration."""

from datetime import date
from uuid import UUID

from khata.core.registration import Registration
from khata.core.revised_invoice import NotRevisable, check_revisable
from khata.db.stores.revising import Revising
from khata.db.transaction import UnitOfWork


def see_revisable(uow: UnitOfWork, invoice_id: UUID, *, today: date) -> Registration | None:
    """Return the registration that may revise an invoice of another; None where none may."""
    successor = uow.sellers.successor_of(uow.invoices.get(invoice_id).registration_id)
    if successor is None:
        return None
    try:
        original = Revising(uow.connection).original(invoice_id)
        return check_revisable(original, successor, today=today)
    except NotRevisable:
        return None
