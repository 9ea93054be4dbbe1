"""What can have happened to e-invoices."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from khata.core.event import Event


@dataclass(frozen=True, slots=True)
class EInvoiceGenerated(Event):
    """A portal has given a document its IRN, or a person has typed in the one that it gave."""

    type: ClassVar[str] = "e_invoice.generated"
    e_invoice_id: UUID
    invoice_id: UUID
    credit_note_id: UUID | None
    irn: str


@dataclass(frozen=True, slots=True)
class EInvoiceFailed(Event):
    """A document has no IRN and gets none by itself: a person has to look."""

    type: ClassVar[str] = "e_invoice.failed"
    e_invoice_id: UUID
    invoice_id: UUID
    credit_note_id: UUID | None
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class EInvoiceDueSoon(Event):
    """A document still has no IRN, and after `last_day` the portal takes it no more; told once."""

    type: ClassVar[str] = "e_invoice.due_soon"
    e_invoice_id: UUID
    invoice_id: UUID
    credit_note_id: UUID | None
    last_day: date


@dataclass(frozen=True, slots=True)
class EInvoiceCancelled(Event):
    """An IRN was cancelled at the portal; its invoice or credit note is void."""

    type: ClassVar[str] = "e_invoice.cancelled"
    e_invoice_id: UUID
    invoice_id: UUID
    credit_note_id: UUID | None
    irn: str


E_INVOICE_EVENTS: Final[tuple[type[Event], ...]] = (
    EInvoiceGenerated,
    EInvoiceFailed,
    EInvoiceDueSoon,
    EInvoiceCancelled,
)
