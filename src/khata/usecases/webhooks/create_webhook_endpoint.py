"""Create a webhook endpoint: an address that gets news from now on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.core.webhook_message import new_secret
from khata.core.webhooks import Endpoint, EndpointStatus, Health, check_filters
from khata.ports.vault import Place
from khata.usecases.webhooks.tools import WebhookTools

MOST_ENDPOINTS = 20


class TooManyWebhookEndpoints(Refusal):
    """The tenant has as many endpoints as it may have; delete one first."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class CreateWebhookEndpoint:
    tenant: UUID
    id: UUID
    at: datetime
    url: str
    events: Sequence[str]
    description: str | None


def create_webhook_endpoint(command: CreateWebhookEndpoint, *, tools: WebhookTools) -> str:
    """Keep the endpoint and return its secret, this once.

    Raises: UnknownEvents, UrlNotUsable, AddressNotPublic, HostUnknown, TooManyWebhookEndpoints.
    """
    filters = check_filters(command.events)
    tools.sender.check(command.url)
    secret = new_secret()
    endpoint = Endpoint(
        id=command.id,
        url=command.url,
        description=command.description,
        events=filters,
        status=EndpointStatus.ENABLED,
        disabled_at=None,
        disabled_because=None,
        health=Health(),
        previous_until=None,
        created_at=command.at,
    )
    sealed = tools.vault.seal(secret, Place("webhook_endpoints", "secret", command.id))
    with tools.db.transaction(command.tenant) as uow:
        if uow.webhook_endpoints.count() >= MOST_ENDPOINTS:
            raise TooManyWebhookEndpoints(
                f"There are {MOST_ENDPOINTS} endpoints; delete one that nobody needs"
            )
        uow.webhook_endpoints.add(endpoint, sealed)
    return secret
