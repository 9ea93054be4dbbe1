"""Accounts and their people: they stand before the wall and belong to no tenant."""

from datetime import datetime
from uuid import UUID

from khata.db.rows import Connection


class Accounts:
    """Tables accounts and users; works in any transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *, id: UUID, business_name: str, at: datetime) -> None:
        self._connection.execute(
            "insert into accounts (id, business_name, created_at) values (%s, %s, %s)",
            [id, business_name, at],
        )

    def add_user(
        self, *, id: UUID, account_id: UUID, email: str, password_hash: str, at: datetime
    ) -> bool:
        """Add a person; answer False when somebody has the address."""
        cursor = self._connection.execute(
            "insert into users (id, account_id, email, password_hash, created_at)"
            " values (%s, %s, %s, %s, %s) on conflict do nothing",
            [id, account_id, email, password_hash, at],
        )
        return cursor.rowcount == 1
