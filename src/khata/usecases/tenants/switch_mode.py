"""Switch the dashboard between test and live mode."""

from dataclasses import dataclass
from datetime import datetime

from khata.core.refusal import NotFound
from khata.db.stores.sessions import Sessions
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class SwitchMode:
    token: str
    livemode: bool
    at: datetime


def switch_mode(command: SwitchMode, *, db: Database) -> None:
    """Turn the session to the account's other tenant; the session goes on.

    Raises: NotFound, when the session has ended or there is no such tenant.
    """
    with db.before_the_wall() as connection:
        sessions = Sessions(connection)
        found = sessions.find(command.token, at=command.at)
        tenants = sessions.tenants_of(found.user_id) if found else {}
        if command.livemode not in tenants:
            raise NotFound("tenant", "live" if command.livemode else "test")
        sessions.look_at(command.token, tenants[command.livemode])
