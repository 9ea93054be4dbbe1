"""Voiding a credit note: only where all that it gave can be taken back as if it had not been."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.invoice import InvoiceStatus
from khata.core.refusal import Kind, Refusal


class NoteNotVoidable(Refusal):
    """What the credit note gave cannot be taken back: raise its invoice by a debit note."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class StoredNote:
    """What voiding needs to know of a credit note; amounts are in minor units."""

    id: UUID
    number: str
    invoice_id: UUID
    registration_id: UUID
    customer_id: UUID
    currency: str
    to_invoice: int
    to_balance: int
    to_refund: int
    outside: int
    cause: str
    voided_at: datetime | None

    @property
    def total(self) -> int:
        """Return what it took back, with tax."""
        return self.to_invoice + self.to_balance + self.to_refund + self.outside


@dataclass(frozen=True, slots=True)
class NoteStanding:
    """What has become of what a note gave.

    `credit_given` is what it gave as credit, without what went back to wallets; `credit_left` is
    the customer's whole credit. `is_collecting`: a try to collect its invoice is under way.
    `is_earned`: a closed month has earned less by it.
    """

    invoice: str
    status: InvoiceStatus
    is_collecting: bool
    credit_given: int
    credit_left: int
    is_earned: bool


def check_note_voidable(note: StoredNote, standing: NoteStanding) -> None:
    """Refuse what only a debit note may raise again. Raises: NoteNotVoidable.

    Source: CGST Act s.34(3); a portal cancels within 24 hours (CGST Rule 48(4)).
    """
    why = _why_not(note, standing)
    if why:
        raise NoteNotVoidable(
            f"Credit note {note.number} cannot be void: {why}. Raise invoice {standing.invoice} by "
            "a debit note instead (CGST Act s.34(3))"
        )


def _why_not(note: StoredNote, standing: NoteStanding) -> str | None:
    if note.voided_at is not None:
        return "it is void already"
    if note.cause != "manual":
        return f"it follows from a change of its subscription ({note.cause}), which stays as it is"
    if note.to_refund:
        return "its money was sent back the way it came"
    if note.outside:
        return "its money was given back directly"
    if standing.status not in (InvoiceStatus.OPEN, InvoiceStatus.PAID):
        return f"its invoice is {standing.status}"
    if note.to_invoice and standing.status is InvoiceStatus.PAID:
        return "its invoice was settled with it"
    if note.to_invoice and standing.is_collecting:
        return "what it left of its invoice is being collected"
    if standing.is_earned:
        return "a month was closed that has earned less by it"
    if standing.credit_given != note.to_balance:
        return "what it gave went back to a wallet"
    if standing.credit_left < note.to_balance:
        return "the credit that it gave was spent"
    return None
