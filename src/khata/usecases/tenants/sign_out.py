"""Sign out of the dashboard."""

from dataclasses import dataclass

from khata.db.stores.sessions import Sessions
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class SignOut:
    token: str


def sign_out(command: SignOut, *, db: Database) -> None:
    """End the session at once; ending it twice is no mistake."""
    with db.before_the_wall() as connection:
        Sessions(connection).end(command.token)
