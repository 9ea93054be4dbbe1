"""Fallbacks as rows: payments that another way to pay is tried for, and what was tried before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.rows import Connection
from khata.db.stores.payment_methods import Payable
from khata.db.stores.payments import WAY, payable_of


@dataclass(frozen=True, slots=True)
class Fallback:
    """`way` is tried next, because `after_attempt_id` moved no money; None: nobody was called."""

    payment_id: UUID
    way: Payable
    after_attempt_id: UUID | None


class Fallbacks:
    """Table fallbacks: one row for a payment, from the first way that failed to the go's end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, payment_ids: Sequence[UUID]) -> dict[UUID, Fallback]:
        """Return, of these payments, which are to be tried another way; ended ways are none."""
        rows = self._connection.execute(
            f"select f.payment_id, f.after_attempt_id, {WAY} from fallbacks f"
            " join payment_methods m on m.tenant_id = f.tenant_id and m.id = f.payment_method_id"
            " where f.tenant_id = current_tenant() and f.payment_id = any(%s)"
            " and m.detached_at is null",
            [list(payment_ids)],
        )
        return {row[0]: Fallback(row[0], payable_of(row[2:]), row[1]) for row in rows}

    def tried(self, payment_id: UUID) -> list[UUID]:
        """Return the ways that were tried in this go; none: it has not begun to fall back."""
        row = self._connection.execute(
            "select tried from fallbacks where payment_id = %s", [payment_id]
        ).fetchone()
        return list(row[0]) if row else []

    def ways(self, customer_id: UUID) -> list[Payable]:
        """Return the customer's ways to pay, the default first, then the oldest first."""
        rows = self._connection.execute(
            f"select {WAY} from payment_methods m where m.customer_id = %s"
            " and m.detached_at is null order by m.is_default desc, m.id",
            [customer_id],
        )
        return [payable_of(row) for row in rows]

    def set(
        self,
        payment_id: UUID,
        way: UUID,
        *,
        after: UUID | None,
        tried: Collection[UUID],
        at: datetime,
    ) -> None:
        """Let this way be tried next."""
        self._connection.execute(
            """insert into fallbacks (payment_id, payment_method_id, after_attempt_id, tried,
                 created_at)
               values (%(payment)s, %(way)s, %(after)s, %(tried)s, %(at)s)
               on conflict (tenant_id, payment_id) do update set payment_method_id = %(way)s,
                 after_attempt_id = %(after)s, tried = %(tried)s""",
            {"payment": payment_id, "way": way, "after": after, "tried": list(tried), "at": at},
        )

    def end(self, payment_id: UUID) -> None:
        """End the go: the next try is by the payment's own way."""
        self._connection.execute("delete from fallbacks where payment_id = %s", [payment_id])
