"""Switch the dashboard between live, test and the sandboxes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.stores.sessions import Sessions
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class SwitchMode:
    token: str
    tenant: UUID
    at: datetime


def switch_mode(command: SwitchMode, *, db: Database) -> None:
    """Turn the session to another tenant of its account; the session goes on.

    Raises: NotFound, when the session has ended or it may enter no such tenant.
    """
    with db.before_the_wall() as connection:
        sessions = Sessions(connection)
        found = sessions.find(command.token, at=command.at)
        places = sessions.places_of(found.user_id) if found else []
        if command.tenant not in {place.tenant for place in places}:
            raise NotFound("tenant", public_id("ten", command.tenant))
        sessions.look_at(command.token, command.tenant)
