"""What an act upon a subscription would bring: the day, credit notes, an invoice; not stored."""

from dataclasses import dataclass
from datetime import date

from khata.core.credit_note import CreditNote
from khata.core.invoice import Invoice


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Decided as the act itself decides it. `waiting` is for the next invoice, before tax.

    `decided_later`: the day is to come, and what is credited and charged is decided then.
    """

    on: date
    notes: tuple[CreditNote, ...] = ()
    invoice: Invoice | None = None
    waiting: int = 0
    decided_later: bool = False

    @property
    def credited(self) -> int:
        """Return all that is taken back, with tax."""
        return sum(note.total for note in self.notes)

    @property
    def charged(self) -> int:
        return self.invoice.total if self.invoice else 0

    @property
    def due(self) -> int:
        """Return what is left to pay after the credit: below zero where credit is left."""
        return self.charged - self.credited
