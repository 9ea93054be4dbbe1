"""Voiding: an invoice is void only where the law lets its number stand as cancelled."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from khata.core.invoice import InvoiceStatus
from khata.core.refusal import Kind, Refusal

CANCELLABLE = timedelta(hours=24)  # at the registry of invoices


class NotVoidable(Refusal):
    """An invoice that was paid, credited or registered cannot be void: it is credited."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class Standing:
    """What an invoice has gone through, as far as voiding asks.

    `paid` is money that came, without what the customer's own funds paid: those go back.
    `registered_at` is when the registry of invoices gave it a reference that still holds. Whether
    a return has declared it, `FiledReturn` says.
    """

    number: str
    status: InvoiceStatus
    paid: int
    has_notes: bool = False
    registered_at: datetime | None = None


def check_voidable(standing: Standing, *, at: datetime) -> None:
    """Refuse to void what only a credit note may take back. Raises: NotVoidable.

    Source: CGST Act s.34(1); CGST Rules, rule 48(4); a reference is cancelled at the
    registry within 24 hours (Notf. 13/2020-CT; IRP, Cancel IRN).
    """
    number = standing.number
    if standing.has_notes:
        raise NotVoidable(f"A credit note was issued for invoice {number}: credit the rest of it")
    if standing.status is not InvoiceStatus.OPEN:
        raise NotVoidable(f"Invoice {number} is {standing.status}; it cannot be voided")
    if standing.paid:
        raise NotVoidable(f"Invoice {number} was paid in part; credit it instead")
    if standing.registered_at is not None and at - standing.registered_at > CANCELLABLE:
        raise NotVoidable(
            f"Invoice {number} was registered more than 24 hours ago (CGST rule 48(4)); "
            "credit it instead"
        )
