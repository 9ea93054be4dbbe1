"""Admit one more sign-up from an address of the network, or ask it to wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from khata.core.networks import counted_as
from khata.core.refusal import Kind, Refusal
from khata.db.stores.sessions import Sessions
from khata.db.transaction import Database

WINDOW: Final = timedelta(hours=1)
MOST: Final = 20


class TooManySignUps(Refusal):
    """This address of the network has signed up, or tried to, too often."""

    kind = Kind.TOO_MANY


@dataclass(frozen=True, slots=True)
class AdmitSignUp:
    address: str  # where the request comes from
    at: datetime


def admit_sign_up(command: AdmitSignUp, *, db: Database) -> None:
    """Count the sign-up, whatever becomes of it: each costs a password's hash and four rows.

    An address may ask 20 times an hour. Raises: TooManySignUps.
    """
    with db.before_the_wall() as connection:
        tries, ends_at = Sessions(connection).count_try(
            f"sign-up {counted_as(command.address)}", at=command.at, window=WINDOW
        )
    if tries > MOST:
        raise TooManySignUps(
            f"More than {MOST} sign-ups in an hour came from your address; try again later",
            retry_after=ends_at - command.at,
        )
