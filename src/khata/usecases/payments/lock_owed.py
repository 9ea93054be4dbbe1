"""Lock an invoice, and before it its subscription: the one order in which these are locked."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.subscription import Subscription
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import UnitOfWork


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice, with the subscription that it bills; both stay as they are until the commit."""

    invoice: StoredInvoice
    subscription: Subscription | None


def lock_owed(uow: UnitOfWork, invoice_id: UUID) -> Owed:
    """Lock the subscription, then the invoice, and return both. Raises: NotFound."""
    subscription = uow.subscriptions.lock_billed_by(invoice_id)
    return Owed(uow.invoices.lock(invoice_id), subscription)
