"""Rotate the secret of a webhook endpoint, so that receivers can change over without a pause."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.webhook_message import new_secret
from khata.ports.vault import Place, SealBroken
from khata.usecases.webhooks.lock_endpoint import lock_endpoint
from khata.usecases.webhooks.tools import WebhookTools


@dataclass(frozen=True, slots=True)
class RotateWebhookSecret:
    """`at` is the machine's time; for `overlap` after it the old secret signs too."""

    tenant: UUID
    id: UUID
    at: datetime
    overlap: timedelta


def rotate_webhook_secret(command: RotateWebhookSecret, *, tools: WebhookTools) -> str:
    """Replace the secret and return the new one, this once. Raises: NotFound.

    A secret that was still valid from a rotation before ends now: two sign at most.
    """
    secret, place = new_secret(), Place("webhook_endpoints", "secret", command.id)
    with tools.db.transaction(command.tenant) as uow:
        lock_endpoint(uow, command.id)
        old = _opened(uow.webhook_endpoints.secrets(command.id).current, place, tools)
        keeps_old = command.overlap > timedelta() and old is not None
        before = Place("webhook_endpoints", "previous_secret", command.id)
        uow.webhook_endpoints.rotate(
            command.id,
            tools.vault.seal(secret, place),
            previous=tools.vault.seal(old, before) if keeps_old and old else None,
            until=command.at + command.overlap if keeps_old else None,
        )
    return secret


def _opened(sealed: bytes, place: Place, tools: WebhookTools) -> str | None:
    """Return the old secret; None where the installation's key was changed: it is lost then."""
    try:
        return tools.vault.open(sealed, place)
    except SealBroken:
        return None
