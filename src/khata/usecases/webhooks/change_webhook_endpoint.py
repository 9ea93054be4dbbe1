"""Change a webhook endpoint: another address, other events."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict
from uuid import UUID

from khata.core.webhooks import Endpoint, check_filters
from khata.usecases.webhooks.lock_endpoint import lock_endpoint
from khata.usecases.webhooks.tools import WebhookTools


class EndpointChanges(TypedDict, total=False):
    """What is not named stays as it is."""

    url: str
    events: Sequence[str]
    description: str | None


@dataclass(frozen=True, slots=True)
class ChangeWebhookEndpoint:
    tenant: UUID
    id: UUID
    changes: EndpointChanges


def change_webhook_endpoint(command: ChangeWebhookEndpoint, *, tools: WebhookTools) -> Endpoint:
    """Write the changes; what waits to be sent goes to the new address.

    Raises: NotFound, UnknownEvents, UrlNotUsable, AddressNotPublic, HostUnknown.
    """
    changes = command.changes
    if "url" in changes:
        tools.sender.check(changes["url"])
    with tools.db.transaction(command.tenant) as uow:
        before = lock_endpoint(uow, command.id)
        changed = replace(
            before,
            url=changes.get("url", before.url),
            description=changes.get("description", before.description),
            events=check_filters(changes.get("events", before.events)),
        )
        uow.webhook_endpoints.change(
            command.id, url=changed.url, description=changed.description, events=changed.events
        )
    return changed
