"""Delete a webhook endpoint: it gets nothing more; the log of what it got stays."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.transaction import Database
from khata.usecases.webhooks.lock_endpoint import lock_endpoint


@dataclass(frozen=True, slots=True)
class DeleteWebhookEndpoint:
    """`at` is the machine's time."""

    tenant: UUID
    id: UUID
    at: datetime


def delete_webhook_endpoint(command: DeleteWebhookEndpoint, *, db: Database) -> None:
    """Delete it, forget its secrets, and discard what waits for it. Raises: NotFound."""
    with db.transaction(command.tenant) as uow:
        lock_endpoint(uow, command.id)
        uow.webhook_endpoints.delete(command.id, command.at)
        uow.webhook_deliveries.discard(command.id)
