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
