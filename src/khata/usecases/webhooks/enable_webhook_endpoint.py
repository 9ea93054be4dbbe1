"""Enable a webhook endpoint: from now on it gets news again."""

from dataclasses import dataclass
from uuid import UUID

from khata.db.transaction import Database
from khata.usecases.webhooks.lock_endpoint import lock_endpoint


@dataclass(frozen=True, slots=True)
class EnableWebhookEndpoint:
    tenant: UUID
    id: UUID


def enable_webhook_endpoint(command: EnableWebhookEndpoint, *, db: Database) -> None:
    """Enable it; twice is as good as once. Raises: NotFound.

    What happened meanwhile is not sent by itself: replay_events brings it.
    """
    with db.transaction(command.tenant) as uow:
        lock_endpoint(uow, command.id)
        uow.webhook_endpoints.enable(command.id)
