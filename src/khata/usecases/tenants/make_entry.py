"""Make a one-time entry: a token that signs its user in, once and soon."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from khata.core.refusal import NotFound
from khata.db.stores.sessions import ENTRY, Sessions
from khata.db.transaction import Database

ENTRY_LASTS: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class MakeEntry:
    user_id: UUID
    tenant: UUID
    at: datetime


def make_entry(command: MakeEntry, *, db: Database) -> str:
    """Return a token that may be used once within 30 minutes.

    Raises: NotFound, when the user may not enter the tenant.
    """
    with db.before_the_wall() as connection:
        sessions = Sessions(connection)
        places = sessions.places_of(command.user_id)
        if command.tenant not in {place.tenant for place in places}:
            raise NotFound("tenant", str(command.tenant))
        return sessions.begin(
            ENTRY, command.user_id, command.tenant, at=command.at, lasts=ENTRY_LASTS
        )
