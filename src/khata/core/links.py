"""Links that lead a payer to a hosted page: to pay an invoice, or to save a way to pay."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from khata.core.invoice import InvoiceStatus
from khata.core.mandate_terms import MandateTerms
from khata.core.payment_method import MethodKind

LIVES: Final = timedelta(days=30)


class LinkStatus(StrEnum):
    OPEN = "open"
    DONE = "done"  # paid, or saved
    CANCELED = "canceled"
    EXPIRED = "expired"  # its time is over, or there is nothing to pay any more


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """One more address of an invoice's page, with an end and a way back to the seller."""

    id: UUID
    invoice_id: UUID
    token: str
    return_url: str | None
    expires_at: datetime
    canceled_at: datetime | None
    created_at: datetime

    def status_at(self, at: datetime, invoice: InvoiceStatus) -> LinkStatus:
        """Return how it stands beside its invoice."""
        if invoice is InvoiceStatus.PAID:
            return LinkStatus.DONE
        if self.canceled_at is not None:
            return LinkStatus.CANCELED
        over = at >= self.expires_at or invoice is InvoiceStatus.VOID
        return LinkStatus.EXPIRED if over else LinkStatus.OPEN


@dataclass(frozen=True, slots=True)
class SetupLink:
    """The address of a page where a customer saves a way to pay. `kind` None: any.

    `mandate` has the terms to agree to; `mandate_id` names it, once it is written down.
    """

    id: UUID
    customer_id: UUID
    token: str
    kind: MethodKind | None
    return_url: str | None
    mandate: MandateTerms | None
    expires_at: datetime
    canceled_at: datetime | None
    payment_method_id: UUID | None
    created_at: datetime
    mandate_id: UUID | None = None

    def status_at(self, at: datetime) -> LinkStatus:
        if self.payment_method_id is not None:
            return LinkStatus.DONE
        if self.canceled_at is not None:
            return LinkStatus.CANCELED
        return LinkStatus.EXPIRED if at >= self.expires_at else LinkStatus.OPEN
