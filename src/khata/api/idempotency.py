"""Idempotency-Key: a POST that is sent twice takes effect once and is answered the same.

The key's row is written in the transaction of the effect itself, so that a crash leaves both or
neither. The body is stored after; where a crash came between, it is told again from the object.
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.db.transaction import Database, UnitOfWork


class IdempotencyKeyReused(Refusal):
    """The key was sent before with another request."""


class IdempotencyKeyInUse(Refusal):
    """The first request with this key is still being answered."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class Claim:
    """A key as it is written beside the effect. `status` is what the finished request answers.

    `at` is the machine's time, also beside a test clock: keys age in the caller's world.
    """

    key: str
    endpoint: str
    fingerprint: bytes
    object_id: UUID
    status: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """What is known of an earlier request with the key; no body where a crash came between."""

    object_id: UUID
    status: int
    body: str | None


class AlreadyClaimed(Exception):
    """The key has its effect: leave the transaction and answer again."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


def fingerprint(*parts: bytes, pepper: bytes) -> bytes:
    """Return what tells one request from another; keyed, since a body may hold a password."""
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.digest(pepper, framed, hashlib.sha256)


class ClaimingDatabase(Database):
    """The same pool; the first transaction on it also writes the key.

    Raises, from that transaction: AlreadyClaimed, IdempotencyKeyInUse, IdempotencyKeyReused.
    """

    def __init__(self, db: Database, claim: Claim) -> None:
        self._url, self._pool = db._url, db._pool
        self._plain = db
        self._claim = claim
        self._claimed = False

    @property
    def unclaimed(self) -> Database:
        return self._plain

    @contextmanager
    def transaction(self, tenant: UUID) -> Iterator[UnitOfWork]:
        with super().transaction(tenant) as uow:
            if not self._claimed:
                _write(uow, self._claim)
            yield uow
        self._claimed = True


def look_up(uow: UnitOfWork, claim: Claim) -> Answered | None:
    """Return the earlier answer to this key, or None. Raises: IdempotencyKeyReused."""
    row = uow.connection.execute(
        "select fingerprint, object_id, status, body from idempotency_keys"
        " where key = %s and endpoint = %s",
        [claim.key, claim.endpoint],
    ).fetchone()
    if row is None:
        return None
    if not hmac.compare_digest(row[0], claim.fingerprint):
        raise IdempotencyKeyReused(
            "This Idempotency-Key was sent before with another body; use a new key",
            param="Idempotency-Key",
        )
    return Answered(row[1], row[2], row[3])


def store_body(uow: UnitOfWork, claim: Claim, body: str) -> None:
    """Keep the answer, to be given again. It never holds a secret."""
    uow.connection.execute(
        "update idempotency_keys set body = %s where key = %s and endpoint = %s",
        [body, claim.key, claim.endpoint],
    )


def _write(uow: UnitOfWork, claim: Claim) -> None:
    # What is finished needs no lock: of many who ask again at once, each is answered.
    _answer_again(uow, claim)
    # The lock only says at once that another is at work; the primary key is what holds.
    free = uow.connection.execute(
        "select pg_try_advisory_xact_lock("
        "hashtextextended(concat_ws(' ', %s::text, %s::text, %s::text), 0))",
        [str(uow.tenant), claim.endpoint, claim.key],
    ).fetchone()
    if free is None or not free[0]:
        _answer_again(uow, claim)  # it may have finished between the look and the lock
        raise IdempotencyKeyInUse(
            "The first request with this Idempotency-Key is still running; ask again in a moment",
            param="Idempotency-Key",
        )
    inserted = uow.connection.execute(
        "insert into idempotency_keys"
        " (key, endpoint, fingerprint, object_id, status, created_at)"
        " values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
        [
            claim.key,
            claim.endpoint,
            claim.fingerprint,
            claim.object_id,
            claim.status,
            claim.at,
        ],
    )
    if inserted.rowcount == 0:
        _answer_again(uow, claim)
        raise AssertionError("the row that was in the way is there")


def _answer_again(uow: UnitOfWork, claim: Claim) -> None:
    answered = look_up(uow, claim)
    if answered is not None:
        raise AlreadyClaimed(answered)
