"""Tell, once, that a portal will soon take a document no more that has no IRN yet."""

from datetime import date, datetime

from khata.core.e_invoice.events import EInvoiceDueSoon
from khata.core.e_invoice.standing import EInvoice
from khata.db.transaction import UnitOfWork


def warn_of_last_day(
    uow: UnitOfWork, one: EInvoice, last_day: date | None, *, at: datetime
) -> datetime | None:
    """Tell it where its day has come; return when it is still to be told, or None.

    `last_day` is the last on which the portal takes the document. Source: GSTN advisory of
    5 November 2024.
    """
    due_at = one.warns_at(last_day)
    if due_at is None or last_day is None or at < due_at:
        return due_at
    uow.e_invoices.set_state(one.id, one.state, warned_at=at)
    told = EInvoiceDueSoon(one.id, one.invoice_id, one.credit_note_id, last_day)
    uow.events.add([told], at)
    return None
