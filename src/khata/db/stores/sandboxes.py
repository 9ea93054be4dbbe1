"""The sandboxes of an account, asked for by its first test tenant."""

from uuid import UUID

from khata.core.account import Sandbox
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.rows import Connection

SANDBOX_FIELDS = "id, name, created_at, archived_at, frozen_time"


class Sandboxes:
    """What the function sandboxes_of_account tells: to any other tenant, nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self) -> list[Sandbox]:
        """Return those that are not archived."""
        rows = self._connection.execute(
            f"select {SANDBOX_FIELDS} from sandboxes_of_account() where archived_at is null"
        ).fetchall()
        return [Sandbox(*row) for row in rows]

    def get(self, id: UUID) -> Sandbox:
        """Return one, archived or not. Raises: NotFound."""
        row = self._connection.execute(
            f"select {SANDBOX_FIELDS} from sandboxes_of_account() where id = %s", [id]
        ).fetchone()
        if row is None:
            raise NotFound("sandbox", public_id("ten", id))
        return Sandbox(*row)
