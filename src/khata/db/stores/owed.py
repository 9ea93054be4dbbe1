"""What subscriptions still owe: their open invoices, by number."""

from collections.abc import Sequence
from uuid import UUID

from khata.db.rows import Connection

_OPEN = """
    select subscription_id, array_agg(number order by id) from invoices
     where tenant_id = current_tenant() and subscription_id = any(%s) and status = 'open'
     group by subscription_id
"""


def open_invoices(
    connection: Connection, subscription_ids: Sequence[UUID]
) -> dict[UUID, tuple[str, ...]]:
    """Return the numbers of the open invoices of each; who owes nothing is not in it."""
    rows = connection.execute(_OPEN, [list(subscription_ids)]).fetchall()
    return {id: tuple(numbers) for id, numbers in rows}
