"""Voiding: an invoice is void only where the law lets its number stand as cancelled."""

from dataclasses import dataclass

from khata.core.invoice import InvoiceStatus
from khata.core.refusal import Kind, Refusal


class NotVoidable(Refusal):
    """An invoice that was paid or credited cannot be void: it is credited."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class Standing:
    """What an invoice has gone through, as far as voiding asks.

    `paid` is money that came, without what the customer's own funds paid: those go back.
    Whether a return has declared it `FiledReturn` says, and the portal whether it has an IRN.
    """

    number: str
    status: InvoiceStatus
    paid: int
    has_notes: bool = False


def check_voidable(standing: Standing) -> None:
    """Refuse to void what only a credit note may take back. Raises: NotVoidable.

    Source: CGST Act s.34(1).
    """
    number = standing.number
    if standing.has_notes:
        raise NotVoidable(f"A credit note was issued for invoice {number}: credit the rest of it")
    if standing.status is not InvoiceStatus.OPEN:
        raise NotVoidable(f"Invoice {number} is {standing.status}; it cannot be voided")
    if standing.paid:
        raise NotVoidable(f"Invoice {number} was paid in part; credit it instead")
