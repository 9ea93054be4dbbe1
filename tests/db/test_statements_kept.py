"""What a connection remembers of its prepared statements is true, also after a broken pipeline."""

from uuid import UUID, uuid4

import psycopg
import pytest

from khata.db.embedded.provision import Urls
from khata.db.transaction import Connection, Database


def _asks(connection: Connection) -> int:
    row = connection.execute("select %s::int + 41 as the_same_question", [1]).fetchone()
    assert row is not None
    return int(row[0])


def _breaks(db: Database, tenant: UUID) -> None:
    with db.transaction(tenant) as uow, uow.connection.pipeline():
        uow.connection.execute("select 1 / 0")
        uow.connection.execute("select %s::int + 41 as the_same_question", [1])


def test_a_statement_that_a_broken_pipeline_never_reached_is_asked_again(urls: Urls) -> None:
    """It is queued for the fourth time, to be prepared, behind one that fails."""
    tenant = uuid4()
    only_one = Database(urls.app, size=1)  # so that the same connection comes back
    try:
        for _ in range(5):  # the driver takes notice of the first rollback only
            with pytest.raises(KeyError), only_one.transaction(tenant):
                raise KeyError
        with only_one.transaction(tenant) as uow:
            assert [_asks(uow.connection) for _ in range(3)] == [42, 42, 42]
        with pytest.raises(psycopg.errors.DivisionByZero):
            _breaks(only_one, tenant)
        with only_one.transaction(tenant) as uow:
            assert _asks(uow.connection) == 42
    finally:
        only_one.close()
