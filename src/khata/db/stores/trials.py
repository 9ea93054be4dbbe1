"""Trials that customers have had, as rows: one of each product."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from khata.db.rows import Connection


class Trials:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(
        self,
        customer_id: UUID,
        product_ids: Sequence[UUID],
        *,
        subscription_id: UUID,
        at: datetime,
    ) -> set[UUID]:
        """Note that the customer tries these products; return those it had not tried before.

        Of two who claim at once the later waits for the first, and gets nothing where it commits.
        """
        rows = self._connection.execute(
            """insert into trials_had (customer_id, product_id, subscription_id, created_at)
               select %s, product_id, %s, %s from unnest(%s::uuid[]) product_id
                order by product_id
               on conflict do nothing returning product_id""",
            [customer_id, subscription_id, at, list(set(product_ids))],
        )
        return {row[0] for row in rows}
