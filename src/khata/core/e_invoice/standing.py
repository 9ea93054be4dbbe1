"""What is kept of one document's way to its IRN."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from khata.core.e_invoice.dated import WARNED_BEFORE
from khata.core.e_invoice.indian_time import INDIA
from khata.core.e_invoice.states import EInvoiceState

# So long a mail waits for the IRN of what it attaches: without one it is no invoice (CGST Rule
# 48(5)), but a buyer who hears nothing does not pay.
HELD: Final = timedelta(hours=24)
# From this day on, its own being the first, one without IRN is urgent.
URGENT_FROM_DAY: Final = 20


class Kind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True)
class EInvoice:
    """`invoice_id` of a note is the invoice that it credits."""

    id: UUID
    kind: Kind
    invoice_id: UUID
    credit_note_id: UUID | None
    registration_id: UUID
    state: EInvoiceState
    number: str
    issued_on: date
    irn: str | None
    ack_number: str | None
    ack_at: datetime | None
    signed_qr: str | None
    by_hand: bool
    tries: int
    next_try_at: datetime | None
    error_code: str | None
    error: str | None
    last_day: date | None
    cancel_reason: str | None
    cancel_remark: str | None
    cancelled_at: datetime | None
    created_at: datetime
    warned_at: datetime | None

    @property
    def document_id(self) -> UUID:
        return self.credit_note_id or self.invoice_id

    def warns_at(self, last_day: date | None) -> datetime | None:
        """Return when it is told that the portal will soon take it no more, if it is to be."""
        if last_day is None or self.warned_at is not None:
            return None
        return datetime.combine(last_day - WARNED_BEFORE, time(), tzinfo=INDIA)

    def is_urgent(self, today: date) -> bool:
        """Say whether it has no IRN yet, and the portal will soon take it no more."""
        ended = (EInvoiceState.GENERATED, EInvoiceState.CANCELLED, EInvoiceState.NOT_APPLICABLE)
        if self.state in ended or self.last_day is None:
            return False
        return today >= self.issued_on + timedelta(days=URGENT_FROM_DAY - 1)
