"""What a batch of due subscriptions asks of the database, however much is due beside it."""

from typing import Any

import psycopg
from psycopg.rows import TupleRow

from khata.db.stores.due import DueWork
from khata.db.transaction import Database
from tests.db.fleet import DUE, Fleet


def test_a_batch_is_looked_up_by_indexes(db: Database) -> None:
    """Under row-level security an expression that might leak keeps an index from being asked."""
    fleet = Fleet(db, 3)
    asked: list[tuple[Any, Any]] = []

    class Listening(psycopg.Cursor[TupleRow]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> "Listening":
            asked.append((query, params))
            super().execute(query, params, **how)
            return self

    with db.transaction(fleet.tenant) as uow:
        uow.connection.execute("set local enable_seqscan = off")  # so small a table is read whole
        uow.connection.cursor_factory = Listening
        try:
            assert len(DueWork(uow.connection).take_due(DUE, limit=2)) == 2
        finally:
            uow.connection.cursor_factory = psycopg.Cursor
        for query, params in asked:
            plan = uow.connection.execute("explain (costs off) " + query, params).fetchall()
            assert not [line for (line,) in plan if "Seq Scan" in line], plan
    assert len(asked) == 3  # the subscriptions, their items, and what stands beside them
