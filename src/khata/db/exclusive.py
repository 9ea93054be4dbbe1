"""A lock that outlives transactions: one at a time lives a tenant's days, or streams its news."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from psycopg.errors import LockNotAvailable

from khata.db.rows import Connection
from khata.db.transaction import Database

NOT_AT_ALL = timedelta(0)

# What of a tenant can be somebody's alone.
TIME: Final = 0
STREAM: Final = 1


@contextmanager
def exclusively(
    db: Database, tenant: UUID, *, patience: timedelta = NOT_AT_ALL, over: int = TIME
) -> Iterator[bool]:
    """Yield whether this tenant's time is ours alone until the block ends; waits so long at most.

    `over` something else than its time, that is ours alone.

    The lock is the connection's: it is gone when the process is. It only keeps order; that
    nothing is billed twice rests on the rows themselves.
    """
    key = (tenant.int & (2**63 - 1)) ^ over  # the bits of an id that are random
    with db.session() as connection:
        mine = _patiently(connection, key, patience) if patience else _at_once(connection, key)
        try:
            yield mine
        finally:
            if mine and not connection.closed:
                connection.execute("select pg_advisory_unlock(%s)", [key])


def _at_once(connection: Connection, key: int) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", [key]).fetchone()
    return row is not None and bool(row[0])


def _patiently(connection: Connection, key: int, patience: timedelta) -> bool:
    milliseconds = str(patience // timedelta(milliseconds=1))
    connection.execute("select set_config('lock_timeout', %s, false)", [milliseconds])
    try:
        connection.execute("select pg_advisory_lock(%s)", [key])
    except LockNotAvailable:
        return False
    return True
