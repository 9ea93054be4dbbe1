"""Revoke a secret key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.transaction import Database


class LastApiKey(Refusal):
    """The key is the only one that works; make another before this one goes."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class RevokeApiKey:
    tenant: UUID
    id: UUID
    at: datetime


def revoke_api_key(command: RevokeApiKey, *, db: Database) -> None:
    """End the key at once. Twice is as good as once. Raises: NotFound, LastApiKey."""
    with db.transaction(command.tenant) as uow:
        working = [key.id for key in uow.tenants.lock_keys()]
        if uow.tenants.key(command.id) is None:
            raise NotFound("API key", public_id("key", command.id))
        if command.id not in working:
            return
        if working == [command.id]:
            raise LastApiKey("This is the only key that works; make another one first")
        uow.tenants.revoke_key(command.id, command.at)
