"""Retrying: a whole transaction runs again when it collided with another."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from khata.db.transaction import Database, UnitOfWork

T = TypeVar("T")

MOST_TRIES: Final = 5
COLLISIONS: Final = (SerializationFailure, DeadlockDetected, LockNotAvailable)
_FIRST_PAUSE: Final = 0.02  # seconds, at most; doubling


def retrying(db: Database, tenant: UUID, work: Callable[[UnitOfWork], T]) -> T:
    """Do `work` in a transaction of its own; after a collision do all of it again, five times.

    A deadlock, a lock that did not come and a failed serialisation (40P01, 55P03, 40001) have
    undone everything, so `work` must do nothing that a rollback does not undo. The pauses are
    of random length: two that met once do not meet again.
    """
    for tries in range(1, MOST_TRIES):
        try:
            with db.transaction(tenant) as uow:
                return work(uow)
        except COLLISIONS:
            time.sleep(random.uniform(0, _FIRST_PAUSE * 2**tries))
    with db.transaction(tenant) as uow:
        return work(uow)
