"""Enter the dashboard with a one-time entry."""

from dataclasses import dataclass
from datetime import datetime

from khata.core.refusal import Kind, Refusal
from khata.db.stores.sessions import SESSION, Sessions
from khata.db.transaction import Database
from khata.usecases.tenants.sign_in import SESSION_LASTS


class EntryUsedOrExpired(Refusal):
    """The one-time entry was used before, has expired, or never was."""

    kind = Kind.UNAUTHENTICATED


@dataclass(frozen=True, slots=True)
class Enter:
    token: str
    at: datetime


def enter(command: Enter, *, db: Database) -> str:
    """Spend the entry and return the token of a new session.

    Raises: EntryUsedOrExpired.
    """
    with db.before_the_wall() as connection:
        sessions = Sessions(connection)
        found = sessions.use_entry(command.token, at=command.at)
        if found is not None:
            return sessions.begin(SESSION, *found, at=command.at, lasts=SESSION_LASTS)
    raise EntryUsedOrExpired("This link has been used or has expired; sign in instead")
