"""Lock an invoice, and before it its subscriptions: the one order in which these are locked."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.endings import GIVEN_UP
from khata.core.subscription import Status, Subscription
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import UnitOfWork


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice, with the subscriptions that it bills; all stay as they are until the commit.

    There is mostly one; none where only items are billed.
    """

    invoice: StoredInvoice
    subscriptions: tuple[Subscription, ...]

    @property
    def is_canceled(self) -> bool:
        """Say whether all that it bills was canceled: then dunning is over."""
        states = [subscription.status for subscription in self.subscriptions]
        return bool(states) and all(status is Status.CANCELED for status in states)

    @property
    def is_given_up(self) -> bool:
        """Say whether dunning ended all that it bills: then its first decline is its last."""
        return self.is_canceled and all(
            subscription.cancel_reason == GIVEN_UP for subscription in self.subscriptions
        )


def lock_owed(uow: UnitOfWork, invoice_id: UUID, *, param: str | None = None) -> Owed:
    """Lock the subscriptions, then the invoice, and return them. Raises: NotFound."""
    subscriptions = uow.subscriptions.lock_billed_by(invoice_id)
    return Owed(uow.invoices.lock(invoice_id, param=param), subscriptions)
