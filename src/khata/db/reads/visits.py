"""How visits and links stand, as pages and the API tell it."""

from uuid import UUID

from khata.db.rows import Connection


def money_of(connection: Connection, attempt_id: UUID) -> str:
    """Say what became of a visit's money: paid, pending, returned (nothing was owed) or none."""
    row = connection.execute(
        "select status, exists (select from refunds r where r.attempt_id = a.id"
        " and r.reason = 'nothing_owed') from attempts a where id = %s",
        [attempt_id],
    ).fetchone()
    if row is None or row[0] == "failed":
        return "none"
    if row[1]:
        return "returned"
    return "paid" if row[0] == "succeeded" else "pending"
