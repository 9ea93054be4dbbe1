"""Credit balances as rows: who changes one holds its row, so that it never goes below zero."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from khata.core.credit import CreditEntry, balance_after
from khata.core.ids import new_id
from khata.db.rows import Connection, insert_rows

Owner = tuple[UUID, str]  # a customer, and the currency


class Credit:
    """Tables credit_balances and credit_entries.

    Customers are locked before their balances by whoever locks both.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def give(
        self,
        customer_id: UUID,
        currency: str,
        amount: int,
        cause: str,
        source_id: UUID,
        at: datetime,
    ) -> bool:
        """Add to a customer's credit, and say whether that was so for the first time.

        The same cause of the same source gives once, whatever runs twice. The caller books it.
        """
        if amount <= 0:
            raise ValueError("credit is given in amounts above zero")
        return self._change(customer_id, currency, amount, cause, source_id, at)

    def take(
        self,
        customer_id: UUID,
        currency: str,
        amount: int,
        cause: str,
        source_id: UUID,
        at: datetime,
    ) -> bool:
        """Take from a customer's credit, and say whether that was so for the first time.

        Raises: NotEnoughCredit.
        """
        if amount <= 0:
            raise ValueError("credit is taken in amounts above zero")
        return self._change(customer_id, currency, -amount, cause, source_id, at)

    def balance(self, customer_id: UUID, currency: str) -> int:
        """Return what the customer has in credit."""
        row = self._connection.execute(
            "select amount from credit_balances where customer_id = %s and currency = %s",
            [customer_id, currency],
        ).fetchone()
        return row[0] if row else 0

    def balances_of(self, customer_id: UUID) -> dict[str, int]:
        """Return what the customer has in credit, by currency."""
        rows = self._connection.execute(
            "select currency, amount from credit_balances where customer_id = %s order by currency",
            [customer_id],
        )
        return dict(rows.fetchall())

    def lock_of(self, customer_ids: Sequence[UUID]) -> dict[Owner, int]:
        """Return what these customers have in credit, each held until the transaction ends."""
        rows = self._connection.execute(
            "select customer_id, currency, amount from credit_balances"
            " where customer_id = any(%s) and amount > 0"
            " order by customer_id, currency for no key update",
            [list(customer_ids)],
        )
        return {(customer, currency): amount for customer, currency, amount in rows}

    def spend(self, entries: Sequence[CreditEntry]) -> None:
        """Store changes of balances that are held; each entry's `balance` is what it leaves."""
        if not entries:
            return
        insert_rows(self._connection, "credit_entries", [_row(entry) for entry in entries])
        left = {(entry.customer_id, entry.currency): entry.balance for entry in entries}
        self._connection.execute(
            "update credit_balances b set amount = r.amount"
            " from unnest(%s::uuid[], %s::text[], %s::bigint[])"
            "   as r (customer_id, currency, amount)"
            " where b.tenant_id = current_tenant() and b.customer_id = r.customer_id"
            " and b.currency = r.currency",
            [
                [customer for customer, _ in left],
                [currency for _, currency in left],
                list(left.values()),
            ],
        )

    def hold(self, customer_id: UUID, currency: str) -> int:
        """Return what the customer has in credit, held until the transaction ends: nothing, too."""
        return self._lock(customer_id, currency)

    def _change(
        self,
        customer_id: UUID,
        currency: str,
        amount: int,
        cause: str,
        source_id: UUID,
        at: datetime,
    ) -> bool:
        balance = self._lock(customer_id, currency)
        known = self._connection.execute(
            "select 1 from credit_entries where source_id = %s and cause = %s", [source_id, cause]
        ).fetchone()
        if known is not None:
            return False
        after = balance_after(balance, amount, currency)
        entry = CreditEntry(new_id(at), customer_id, currency, amount, cause, source_id, after, at)
        self.spend([entry])
        return True

    def _lock(self, customer_id: UUID, currency: str) -> int:
        """Return what the customer has in credit, held until the transaction ends."""
        self._connection.execute(
            "insert into credit_balances (customer_id, currency, amount) values (%s, %s, 0)"
            " on conflict do nothing",
            [customer_id, currency],
        )
        row = self._connection.execute(
            "select amount from credit_balances where customer_id = %s and currency = %s"
            " for no key update",
            [customer_id, currency],
        ).fetchone()
        assert row is not None
        amount: int = row[0]
        return amount


def _row(entry: CreditEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "customer_id": entry.customer_id,
        "currency": entry.currency,
        "amount": entry.amount,
        "cause": entry.cause,
        "source_id": entry.source_id,
        "balance": entry.balance,
        "created_at": entry.created_at,
    }
