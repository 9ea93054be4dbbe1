"""A lock that outlives transactions: one worker at a time lives through a test tenant's days."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from khata.db.transaction import Database


@contextmanager
def exclusively(db: Database, tenant: UUID) -> Iterator[bool]:
    """Yield whether this tenant's time is ours alone until the block ends; never waits.

    The lock is the connection's: it is gone when the process is. It only keeps order; that
    nothing is billed twice rests on the rows themselves.
    """
    key = tenant.int & (2**63 - 1)  # the bits of an id that are random
    with db.session() as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", [key]).fetchone()
        mine = row is not None and bool(row[0])
        try:
            yield mine
        finally:
            if mine and not connection.closed:
                connection.execute("select pg_advisory_unlock(%s)", [key])
