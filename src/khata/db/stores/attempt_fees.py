"""What gateways keep of payments, as they told it after the payment: rows go in, and stay."""

from datetime import datetime
from uuid import UUID

from khata.db.rows import Connection


class AttemptFees:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def booked(self, attempt_id: UUID) -> tuple[int, int] | None:
        """Return what was told last: the fee without tax and the tax on it; None: never."""
        row = self._connection.execute(
            "select fee, tax from attempt_fees where attempt_id = %s order by id desc limit 1",
            [attempt_id],
        ).fetchone()
        return (row[0], row[1]) if row else None

    def told(
        self, id: UUID, attempt_id: UUID, fee: int, tax: int, *, by: str, at: datetime
    ) -> None:
        """Write what is told now, and the whole of it beside the attempt."""
        self._connection.execute(
            "insert into attempt_fees (id, attempt_id, fee, tax, told_by, at)"
            " values (%s, %s, %s, %s, %s, %s)",
            [id, attempt_id, fee, tax, by, at],
        )
        self._connection.execute(
            "update attempts set fee = %s where id = %s", [fee + tax, attempt_id]
        )
