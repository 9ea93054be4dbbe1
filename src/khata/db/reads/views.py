"""How a question is asked: SQL in, frozen views out."""

from typing import Any, TypeVar

import psycopg
from psycopg.rows import TupleRow, class_row

View = TypeVar("View")


def views(
    connection: psycopg.Connection[TupleRow], of: type[View], sql: str, **named: Any
) -> list[View]:
    """Return one view for each row; the columns carry the names of the view's fields."""
    with connection.cursor(row_factory=class_row(of)) as cursor:
        return cursor.execute(sql.encode(), named).fetchall()


def view(
    connection: psycopg.Connection[TupleRow], of: type[View], sql: str, **named: Any
) -> View | None:
    """Return the view of the first row, or None when there is none."""
    with connection.cursor(row_factory=class_row(of)) as cursor:
        return cursor.execute(sql.encode(), named).fetchone()
