"""Request a charge: what is sent to a gateway for an attempt."""

from uuid import UUID

from khata.core.payment import Attempt
from khata.db.stores.invoices import StoredInvoice
from khata.ports.gateway import ChargeRequest


def request_charge(attempt: Attempt, invoice: StoredInvoice, *, tenant: UUID) -> ChargeRequest:
    """Return the request of an attempt: the same, to the letter, however often it is sent."""
    return ChargeRequest(
        attempt_id=attempt.id,
        merchant=str(tenant),
        customer=str(invoice.customer_id),
        token=attempt.token,
        amount=attempt.amount,
        currency=attempt.currency,
        description=f"Invoice {invoice.number}",
        invoice_number=invoice.number,
        kind=attempt.method_kind,
        holder=attempt.holder,
        facts=attempt.method_facts,
        notice=attempt.notice_reference,
    )
