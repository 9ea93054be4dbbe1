"""Sign in to the dashboard with e-mail and password."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from khata.core.networks import counted_as
from khata.core.refusal import Kind, Refusal
from khata.db.stores.sessions import SESSION, Sessions
from khata.db.transaction import Database

SESSION_LASTS: Final = timedelta(hours=12)
WINDOW: Final = timedelta(minutes=15)
TRIES_OF_EMAIL: Final = 10
TRIES_OF_ADDRESS: Final = 50


class WrongEmailOrPassword(Refusal):
    """Nobody has this e-mail with this password; which of the two is wrong is not told."""

    kind = Kind.UNAUTHENTICATED


class TooManyTries(Refusal):
    """This e-mail, or this address of the network, was tried too often."""

    kind = Kind.TOO_MANY


@dataclass(frozen=True, slots=True)
class SignIn:
    email: str
    password: str
    address: str  # where the request comes from
    at: datetime


def sign_in(command: SignIn, *, db: Database) -> str:
    """Begin a session of 12 hours and return its token; the person looks at the test tenant.

    An e-mail may fail 10 times and a network address 50 times in 15 minutes. The password
    is checked outside any transaction, and an unknown e-mail costs the same time.
    Raises: WrongEmailOrPassword, TooManyTries.
    """
    email = command.email.strip().lower()
    by_email, by_address = f"email {email}", f"address {counted_as(command.address)}"
    with db.before_the_wall() as connection:
        sessions = Sessions(connection)
        # Counted before it is known to fail, and taken back if it does not: else many at once
        # would all be tried before the first is counted.
        of_email = sessions.count_try(by_email, at=command.at, window=WINDOW)
        of_address = sessions.count_try(by_address, at=command.at, window=WINDOW)
        person = sessions.person_named(email)
    _refuse_too_many(of_email, TRIES_OF_EMAIL, command.at)
    _refuse_too_many(of_address, TRIES_OF_ADDRESS, command.at)
    expected = person.password_hash if person else _nobodys_hash()
    if not _hasher().verify(command.password, expected) or person is None:
        raise WrongEmailOrPassword("The e-mail or the password is wrong", param="password")
    with db.before_the_wall() as connection:
        sessions = Sessions(connection)
        sessions.forget_tries(by_email)
        sessions.take_back_try(by_address)
        tenants = sessions.tenants_of(person.id)
        return sessions.begin(
            SESSION,
            person.id,
            tenants.get(False) or tenants[True],
            at=command.at,
            lasts=SESSION_LASTS,
        )


def _refuse_too_many(counted: tuple[int, datetime], most: int, at: datetime) -> None:
    tries, ends_at = counted
    if tries > most:
        raise TooManyTries(
            "Too many tries to sign in; wait 15 minutes and try again",
            param="password",
            retry_after=ends_at - at,
        )


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("the password of nobody")
