"""Forget sessions that have ended, and tries to sign in that count no more: one batch."""

from dataclasses import dataclass
from datetime import datetime

from khata.db.stores.sessions import Sessions
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class ForgetEndedSignIns:
    at: datetime
    limit: int = 1000


def forget_ended_sign_ins(command: ForgetEndedSignIns, *, db: Database) -> int:
    """Delete what has ended by `at` and return how much. Nobody is signed out by it."""
    with db.before_the_wall() as connection:
        return Sessions(connection).forget_ended(command.at, limit=command.limit)
