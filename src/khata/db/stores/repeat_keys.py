"""Keys for repeats as rows, once they are old; api/idempotency.py writes and reads them."""

from datetime import datetime

from khata.db.rows import Connection


class RepeatKeys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the oldest keys from before an instant; what somebody holds is skipped."""
        return self._connection.execute(
            """delete from idempotency_keys where ctid = any(array(
                 select ctid from idempotency_keys
                  where tenant_id = current_tenant() and created_at < %s
                  order by created_at limit %s for update skip locked))""",
            [before, limit],
        ).rowcount
