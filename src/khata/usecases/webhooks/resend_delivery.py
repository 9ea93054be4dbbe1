"""Resend a delivery: the same event, to the same endpoint, at once."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.transaction import Database


class EndpointDisabled(Refusal):
    """The endpoint is disabled or was deleted, so that nothing can be sent to it."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class ResendDelivery:
    tenant: UUID
    id: UUID


def resend_delivery(command: ResendDelivery, *, db: Database) -> None:
    """Let it be sent at once, however it ended, with the tries of the whole schedule.

    It does not wait for others of its subject: a person wants it now.
    Raises: NotFound, EndpointDisabled.
    """
    with db.transaction(command.tenant) as uow:
        if uow.webhook_deliveries.send_again(command.id):
            return
        if not uow.webhook_deliveries.exists(command.id):
            raise NotFound("webhook delivery", public_id("whd", command.id))
        raise EndpointDisabled("The endpoint is disabled, or was deleted; enable it first")
