"""A note whose e-invoice a portal would refuse is not given out."""

from uuid import UUID

from khata.core.e_invoice.foreseen import check_note
from khata.db.reads.tax_documents import documents_of
from khata.db.stores.irp_connections import IrpConnections, standing_of
from khata.db.transaction import UnitOfWork


def refuse_note(uow: UnitOfWork, id: UUID, registration: UUID) -> None:
    """Refuse a note that this transaction has stored; so it stores nothing, and no number is used.

    Without a connection to a portal there is nothing to look at. Raises: NoEInvoicePossible.
    """
    store = IrpConnections(uow.connection)
    connection = store.of([registration]).get(registration)
    if connection is None:
        return
    note = documents_of(uow.connection, [id]).get(id)
    if note is not None:  # one without GST is no document of it
        check_note(note, standing_of(connection, store.turnovers()))
