"""Make another secret key, so that an old one can be replaced without a pause."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.account import ApiKey
from khata.core.refusal import Kind, Refusal
from khata.core.secret_keys import hash_of_key, new_secret_key
from khata.db.transaction import Database, UnitOfWork

MOST_KEYS = 20


class TooManyApiKeys(Refusal):
    """The tenant has as many working keys as it may have; revoke one first."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class CreateApiKey:
    tenant: UUID
    id: UUID
    at: datetime


def create_api_key(command: CreateApiKey, *, db: Database, pepper: bytes) -> str:
    """Keep a new key's hash and return the key itself, this once. Raises: TooManyApiKeys."""
    with db.transaction(command.tenant) as uow:
        return add_key(uow, command.id, at=command.at, pepper=pepper)


def add_key(uow: UnitOfWork, id: UUID, *, at: datetime, pepper: bytes) -> str:
    """Add a key inside the caller's transaction. Raises: TooManyApiKeys."""
    livemode = uow.tenants.lock().livemode
    if len(uow.tenants.lock_keys()) >= MOST_KEYS:
        raise TooManyApiKeys(f"There are {MOST_KEYS} working keys; revoke one first")
    secret = new_secret_key(livemode=livemode)
    uow.tenants.add_key(ApiKey.of(secret, id=id, at=at), hash_of_key(secret, pepper=pepper))
    return secret
