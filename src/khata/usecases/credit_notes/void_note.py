"""Make a credit note void, inside a transaction that has locked its invoice."""

from datetime import datetime
from uuid import UUID

from khata.core.events import CreditNoteVoided
from khata.core.ids import new_id
from khata.core.ledger.posting import mirrored
from khata.core.note_voiding import NoteStanding, StoredNote, check_note_voidable
from khata.core.periods import day_of
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.void_notes import VoidNotes
from khata.db.transaction import UnitOfWork


def void_note(uow: UnitOfWork, id: UUID, invoice: StoredInvoice, *, at: datetime) -> None:
    """Take back what a note gave, and mirror what was booked of it; it keeps its number.

    Raises: NotFound, NoteNotVoidable, PeriodFiled.
    """
    note = check_note(uow, id, invoice)
    if note.to_balance:
        uow.credit.take(
            note.customer_id, note.currency, note.to_balance, "credit_note_voided", id, at
        )
    issued = uow.books.entry_of(id, "credit_note_issued")
    if issued is not None:
        on = day_of(at, uow.tenants.get().timezone)
        uow.books.post([mirrored(issued, id=new_id(at), kind="credit_note_voided", on=on)], at)
    VoidNotes(uow.connection).void(note, at)
    voided = CreditNoteVoided(id, note.customer_id, invoice.id, note.currency, note.total)
    uow.events.add([voided], at)
    if note.to_invoice:  # what is still to be collected is what was owed before
        uow.payments.lower(invoice.id, uow.invoices.get(invoice.id).amount_due)


def check_note(uow: UnitOfWork, id: UUID, invoice: StoredInvoice) -> StoredNote:
    """Return a note that can be void, locked. Raises: NotFound, NoteNotVoidable, PeriodFiled."""
    store = VoidNotes(uow.connection)
    note = store.lock(id)
    given = store.credit_given(id)
    held = uow.credit.lock_of([note.customer_id]) if given else {}
    standing = NoteStanding(
        invoice=invoice.number,
        status=invoice.status,
        is_collecting=store.is_collecting(invoice.id),
        credit_given=given,
        credit_left=held.get((note.customer_id, note.currency), 0),
        is_earned=store.is_earned(id),
    )
    check_note_voidable(note, standing)
    closed = store.hold_open(id)
    if closed is not None:
        raise closed.closes(note.number)
    return note
