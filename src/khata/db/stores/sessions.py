"""The store of sign-ins: sessions, one-time entries, and how often somebody tried."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

SESSION = "session"
ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Person:
    """A user as sign-in sees them."""

    id: UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who looks at which tenant, for how long."""

    user_id: UUID
    email: str
    tenant: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A tenant that a person may enter: live, the first test tenant, or a sandbox by its name."""

    tenant: UUID
    livemode: bool
    sandbox: str | None


class Sessions:
    """Works before the wall: it says which tenant a person may enter.

    Tokens are 256 random bits and only their hashes are kept. A hash is bound to its purpose:
    the token of a one-time entry opens no session, and a session's token is no entry.
    """

    def __init__(self, connection: psycopg.Connection[TupleRow]) -> None:
        self._connection = connection

    def person_named(self, email: str) -> Person | None:
        row = self._connection.execute(
            "select id, password_hash from users where lower(email) = lower(%s)", [email]
        ).fetchone()
        return Person(*row) if row else None

    def tenants_of(self, user_id: UUID) -> dict[bool, UUID]:
        """Return the account's live and its first test tenant, by live mode: test is False."""
        rows = self._connection.execute(
            "select livemode, tenant_id from tenants_of_user(%s)", [user_id]
        ).fetchall()
        return dict(reversed(rows))

    def places_of(self, user_id: UUID) -> list[Place]:
        """Return all that this person may enter: live, test, and the open sandboxes by name."""
        rows = self._connection.execute(
            "select tenant_id, livemode, sandbox from places_of_user(%s)", [user_id]
        ).fetchall()
        return [Place(*row) for row in rows]

    def begin(
        self, purpose: str, user_id: UUID, tenant: UUID, *, at: datetime, lasts: timedelta
    ) -> str:
        """Keep a new session or entry and return its token; what has expired goes."""
        token = secrets.token_urlsafe(32)
        self._connection.execute(
            "delete from sessions where user_id = %s and expires_at <= %s", [user_id, at]
        )
        self._connection.execute(
            "insert into sessions (token_hash, user_id, tenant_id, created_at, expires_at)"
            " values (%s, %s, %s, %s, %s)",
            [_hash(purpose, token), user_id, tenant, at, at + lasts],
        )
        return token

    def find(self, token: str, *, at: datetime) -> SignedIn | None:
        row = self._connection.execute(
            "select s.user_id, u.email, s.tenant_id, s.expires_at"
            " from sessions s join users u on u.id = s.user_id"
            " where s.token_hash = %s and s.expires_at > %s",
            [_hash(SESSION, token), at],
        ).fetchone()
        return SignedIn(*row) if row else None

    def use_entry(self, token: str, *, at: datetime) -> tuple[UUID, UUID] | None:
        """Spend a one-time entry: return its user and tenant once, and never again."""
        row = self._connection.execute(
            "delete from sessions where token_hash = %s returning user_id, tenant_id, expires_at",
            [_hash(ENTRY, token)],
        ).fetchone()
        return (row[0], row[1]) if row and row[2] > at else None

    def look_at(self, token: str, tenant: UUID) -> None:
        self._connection.execute(
            "update sessions set tenant_id = %s where token_hash = %s",
            [tenant, _hash(SESSION, token)],
        )

    def leave(self, tenant: UUID, *, to: UUID) -> None:
        """Turn all who look at one tenant to another of the same account."""
        self._connection.execute(
            "update sessions set tenant_id = %s where tenant_id = %s", [to, tenant]
        )

    def end(self, token: str) -> None:
        self._connection.execute(
            "delete from sessions where token_hash = %s", [_hash(SESSION, token)]
        )

    def forget_ended(self, at: datetime, *, limit: int) -> int:
        """Delete sessions, entries and counted tries whose time is over, and return how many."""
        sessions = self._connection.execute(
            "delete from sessions where token_hash = any(array("
            "select token_hash from sessions where expires_at <= %s"
            " order by expires_at limit %s for update skip locked))",
            [at, limit],
        )
        tries = self._connection.execute(
            "delete from sign_in_tries where subject = any(array("
            "select subject from sign_in_tries where window_ends_at <= %s"
            " order by window_ends_at limit %s for update skip locked))",
            [at, limit],
        )
        return sessions.rowcount + tries.rowcount

    def count_try(self, subject: str, *, at: datetime, window: timedelta) -> tuple[int, datetime]:
        """Count one try of this e-mail or address; return how many the window saw and its end."""
        row = self._connection.execute(
            "insert into sign_in_tries as t (subject, tries, window_ends_at)"
            " values (%(subject)s, 1, %(ends)s)"
            " on conflict (subject) do update set"
            "  tries = case when t.window_ends_at <= %(at)s then 1 else t.tries + 1 end,"
            "  window_ends_at ="
            "   case when t.window_ends_at <= %(at)s then %(ends)s else t.window_ends_at end"
            " returning tries, window_ends_at",
            {"subject": _hash("try", subject), "at": at, "ends": at + window},
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def take_back_try(self, subject: str) -> None:
        """Let the last try not count: it was no failure."""
        self._connection.execute(
            "update sign_in_tries set tries = tries - 1 where subject = %s and tries > 0",
            [_hash("try", subject)],
        )

    def forget_tries(self, subject: str) -> None:
        self._connection.execute(
            "delete from sign_in_tries where subject = %s", [_hash("try", subject)]
        )


def _hash(purpose: str, token: str) -> bytes:
    return hashlib.sha256(f"{purpose}:{token}".encode()).digest()
