"""Disable a webhook endpoint: it gets nothing until it is enabled again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.events import WebhookEndpointDisabled
from khata.core.webhooks import Disabled, Endpoint
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.webhooks.lock_endpoint import lock_endpoint


@dataclass(frozen=True, slots=True)
class DisableWebhookEndpoint:
    """`at` is the machine's time, `now` the tenant's."""

    tenant: UUID
    id: UUID
    at: datetime
    now: datetime


def disable_webhook_endpoint(command: DisableWebhookEndpoint, *, db: Database) -> None:
    """Disable it by hand; twice is as good as once. Raises: NotFound."""
    with db.transaction(command.tenant) as uow:
        endpoint = lock_endpoint(uow, command.id)
        disable(uow, endpoint, Disabled.BY_PERSON, at=command.at, now=command.now)


def disable(
    uow: UnitOfWork, endpoint: Endpoint, because: Disabled, *, at: datetime, now: datetime
) -> None:
    """Disable it inside the caller's transaction, discard what waits for it, and tell of it."""
    if not uow.webhook_endpoints.disable(endpoint.id, because, at):
        return
    uow.webhook_deliveries.discard(endpoint.id)
    uow.events.add([WebhookEndpointDisabled(endpoint.id, endpoint.url, because)], now)
