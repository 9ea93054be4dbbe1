"""Request a visit: what is sent to a gateway for it."""

from uuid import UUID

from khata.core.visiting import Visit
from khata.ports.gateway_visits import Payer, VisitRequest


def request_visit(visit: Visit, *, tenant: UUID) -> VisitRequest:
    """Return the request of a visit: the same, to the letter, however often it is sent."""
    guest = visit.payer
    return VisitRequest(
        visit_id=visit.id,
        merchant=str(tenant),
        purpose=visit.purpose,
        kind=visit.kind,
        amount=visit.amount,
        currency=visit.currency,
        description=visit.description,
        payer=Payer(guest.name, guest.email, guest.phone, guest.holder),
        return_url=visit.return_url,
        cancel_url=visit.cancel_url,
        expires_at=visit.expires_at,
        invoice_number=visit.invoice_number,
        mandate=visit.mandate,
    )
