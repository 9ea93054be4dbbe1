"""The first tables: identity, selling, subscriptions, documents, payments, books, engine."""

from pathlib import Path
from typing import Any

import psycopg
from alembic import op

import khata.db.schema
from khata.db.schema.tenancy import APP, SUPPORT, wall

revision = "0001_spine"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table, then raise the wall around each that belongs to a tenant."""
    connection = op.get_bind().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    for file in sorted(Path(khata.db.schema.__path__[0]).glob("*.sql")):
        connection.execute(file.read_bytes())
    wall(
        lambda statement: _execute(connection, statement),
        lambda question: connection.execute(question.encode()).fetchall(),
    )
    # Every process asks at its start whether a migration is pending.
    _execute(connection, f"grant select on alembic_version to {APP}, {SUPPORT}")


def _execute(connection: psycopg.Connection[Any], statement: str) -> None:
    connection.execute(statement.encode())
