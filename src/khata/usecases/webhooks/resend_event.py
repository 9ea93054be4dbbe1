"""Resend an event: to one endpoint, or to all that want it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.events import StoredEvent
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.webhooks import EndpointStatus, goes_to_all, matches
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.webhooks.lock_endpoint import lock_endpoint
from khata.usecases.webhooks.resend_delivery import EndpointDisabled


@dataclass(frozen=True, slots=True)
class ResendEvent:
    """Without an endpoint: to every enabled one whose filters let the event through."""

    tenant: UUID
    id: UUID
    at: datetime
    endpoint: UUID | None = None


def resend_event(command: ResendEvent, *, db: Database) -> int:
    """Queue the event again and return to how many endpoints it goes.

    A named endpoint gets it whatever its filters say. Raises: NotFound, EndpointDisabled.
    """
    with db.transaction(command.tenant) as uow:
        event = uow.past_events.get(command.id)
        if event is None:
            raise NotFound("event", public_id("evt", command.id))
        endpoints = _endpoints(uow, command, event)
        uow.webhook_deliveries.queue([(id, event) for id in endpoints], command.at)
        for id in endpoints:
            delivery = uow.webhook_deliveries.of_event(id, event.id)
            if delivery is not None:
                uow.webhook_deliveries.send_again(delivery)
    return len(endpoints)


def _endpoints(uow: UnitOfWork, command: ResendEvent, event: StoredEvent) -> list[UUID]:
    if command.endpoint is None:
        if not goes_to_all(event.type):
            return []
        enabled = uow.webhook_endpoints.enabled()
        return [id for id, filters in enabled if matches(filters, event.type)]
    named = lock_endpoint(uow, command.endpoint, param="endpoint")
    if named.status is not EndpointStatus.ENABLED:
        raise EndpointDisabled("The endpoint is disabled; enable it first", param="endpoint")
    return [command.endpoint]
