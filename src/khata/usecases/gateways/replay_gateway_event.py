"""Replay what a gateway told: let it be applied anew."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class ReplayGatewayEvent:
    tenant: UUID
    id: UUID
    at: datetime


def replay_gateway_event(command: ReplayGatewayEvent, *, db: Database) -> None:
    """Make it due at once, whatever came of it before; what is no news changes nothing.

    Raises: NotFound.
    """
    with db.transaction(command.tenant) as uow:
        if uow.gateway_events.get(command.id) is None:
            raise NotFound("gateway event", public_id("ge", command.id))
        uow.gateway_events.replay(command.id, command.at)
