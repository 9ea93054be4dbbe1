"""Ping a webhook endpoint: send it an event of its own, to see that it is reached."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.events import WebhookEndpointTested
from khata.core.webhooks import EndpointStatus
from khata.db.transaction import Database
from khata.usecases.webhooks.lock_endpoint import lock_endpoint
from khata.usecases.webhooks.resend_delivery import EndpointDisabled


@dataclass(frozen=True, slots=True)
class PingWebhookEndpoint:
    tenant: UUID
    id: UUID
    at: datetime


def ping_webhook_endpoint(command: PingWebhookEndpoint, *, db: Database) -> UUID:
    """Queue the test whatever its filters say, and return its delivery.

    Raises: NotFound, EndpointDisabled.
    """
    with db.transaction(command.tenant) as uow:
        endpoint = lock_endpoint(uow, command.id)
        if endpoint.status is not EndpointStatus.ENABLED:
            raise EndpointDisabled("The endpoint is disabled; enable it, then test it")
        uow.events.add([WebhookEndpointTested(command.id)], command.at)
        event = uow.past_events.last_of(command.id)
        uow.webhook_deliveries.queue([(command.id, event)], command.at)
        delivery = uow.webhook_deliveries.of_event(command.id, event.id)
        assert delivery is not None, "it was queued a moment ago"
    return delivery
