"""Preview the next invoice of a subscription."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.invoice import Invoice
from khata.db.transaction import Database
from khata.usecases.billing.next_invoice import next_invoice


@dataclass(frozen=True, slots=True)
class PreviewInvoice:
    tenant: UUID
    subscription_id: UUID
    at: datetime


def preview_invoice(command: PreviewInvoice, *, db: Database) -> Invoice:
    """Return the invoice that the next renewal would make, on its own day; nothing is stored.

    Raises: NotFound, NothingToCome, and what the renewal itself would refuse.
    """
    with db.transaction(command.tenant) as uow:
        return next_invoice(uow, command.subscription_id, at=command.at)
