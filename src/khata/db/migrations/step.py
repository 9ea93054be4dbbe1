"""What a migration is made of: the statements of its file, and the wall around what is new."""

from pathlib import Path
from typing import Any

import psycopg
from alembic import op

SQL = Path(__file__).parent / "sql"


def run(name: str) -> None:
    """Execute the file of that name in `sql/`, in the migration's own transaction."""
    _connection().execute((SQL / f"{name}.sql").read_bytes())


def execute(statement: str) -> None:
    """Execute one statement."""
    _connection().execute(statement.encode())


def _connection() -> psycopg.Connection[Any]:
    connection = op.get_bind().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


def build_index(name: str, on: str) -> None:
    """Build an index while others go on writing, outside the migration's transaction.

    To be called before anything else of a step: what came before is committed by it. One that was
    broken off leaves an invalid index behind, which is made anew.
    """
    with op.get_context().autocommit_block():
        broken = _connection().execute(
            "select 1 from pg_index where indexrelid = to_regclass(%s) and not indisvalid", [name]
        )
        if broken.fetchone() is not None:
            execute(f"drop index concurrently {name}")
        execute(f"create index concurrently if not exists {name} on {on}")
