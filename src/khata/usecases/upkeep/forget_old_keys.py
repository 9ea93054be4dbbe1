"""Forget a tenant's old keys for repeats: one batch."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from khata.db.stores.repeat_keys import RepeatKeys
from khata.db.transaction import Database

KEPT: Final = timedelta(days=30)  # longer than any client goes on asking


@dataclass(frozen=True, slots=True)
class ForgetOldKeys:
    """`at` is the machine's time, also beside a test clock: keys age in the caller's world."""

    tenant: UUID
    at: datetime
    limit: int = 1000


def forget_old_keys(command: ForgetOldKeys, *, db: Database) -> int:
    """Delete keys that are older than 30 days and return how many; none is old no more at zero.

    A request that comes with such a key again runs anew. A key in use is left for a later batch.
    """
    with db.transaction(command.tenant) as uow:
        keys = RepeatKeys(uow.connection)
        return keys.forget(before=command.at - KEPT, limit=command.limit)
