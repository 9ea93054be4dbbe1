"""A customer's funds, held for whoever spends them, and what they paid of which invoice."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from khata.core.credit import CreditEntry
from khata.core.funds import Funds, Source, StoredSettlement, of_grant
from khata.core.ids import new_ids
from khata.core.settling import Settled
from khata.core.wallet import GrantKind
from khata.db.rows import Connection, insert_rows
from khata.db.stores.credit import Credit
from khata.db.stores.wallets import Wallets

Owner = tuple[UUID, str]  # a customer, and the currency


class FundsStore:
    """Table invoice_settlements. Credit balances are locked before wallets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def owners(self, customer_ids: Sequence[UUID]) -> set[UUID]:
        """Return those of these customers who have credit or wallet money at this moment."""
        rows = self._connection.execute(
            "select customer_id from credit_balances"
            " where customer_id = any(%(ids)s) and amount > 0"
            " union all select customer_id from wallets"
            " where customer_id = any(%(ids)s) and balance > 0",
            {"ids": list(customer_ids)},
        )
        return {row[0] for row in rows}

    def lock_of(self, customer_ids: Sequence[UUID]) -> dict[Owner, Funds]:
        """Return what these customers have, held until the transaction ends."""
        credit = Credit(self._connection).lock_of(customer_ids)
        grants = Wallets(self._connection).lock_of(customer_ids)
        return {
            owner: Funds(credit.get(owner, 0), tuple(grants.get(owner, ())))
            for owner in credit.keys() | grants.keys()
        }

    def store(self, all_settled: Sequence[Settled], at: datetime) -> None:
        """Write what was spent, in the order in which it was decided; the funds are held."""
        parts = [(one.invoice, part) for one in all_settled for part in one.settlements]
        Credit(self._connection).spend(
            [
                CreditEntry(
                    id,
                    invoice.customer_id,
                    invoice.currency,
                    -part.amount,
                    "invoice",
                    invoice.id,
                    part.left,
                    at,
                )
                for id, (invoice, part) in zip(new_ids(at, len(parts)), parts, strict=True)
                if part.grant is None
            ]
        )
        Wallets(self._connection).move(
            [
                (part.grant.wallet_id, part.grant.grant_id, -part.amount, "invoice", invoice.id)
                for invoice, part in parts
                if part.grant is not None
            ],
            at,
        )
        self._add(all_settled, at)

    def of_invoice(self, invoice_id: UUID) -> list[StoredSettlement]:
        """Return what funds paid of an invoice, in the order in which they paid."""
        rows = self._connection.execute(
            "select s.position, s.source, s.wallet_id, s.grant_id, g.kind, s.amount, s.returned,"
            " coalesce(g.advance, false)"
            " from invoice_settlements s left join wallet_grants g"
            "   on g.tenant_id = s.tenant_id and g.id = s.grant_id"
            " where s.invoice_id = %s order by s.position",
            [invoice_id],
        )
        return [
            StoredSettlement(
                position,
                Source(source),
                wallet,
                grant,
                GrantKind(kind) if kind else None,
                amount,
                returned,
                advance,
            )
            for position, source, wallet, grant, kind, amount, returned, advance in rows
        ]

    def count_returned(self, invoice_id: UUID, position: int, amount: int) -> None:
        """Note that so much of a settlement has gone back to its source."""
        self._connection.execute(
            "update invoice_settlements set returned = returned + %s"
            " where invoice_id = %s and position = %s",
            [amount, invoice_id, position],
        )

    def _add(self, all_settled: Sequence[Settled], at: datetime) -> None:
        rows = []
        for one in all_settled:
            for position, part in enumerate(one.settlements):
                wallet, grant = of_grant(part)
                rows.append(
                    {
                        "invoice_id": one.invoice.id,
                        "position": position,
                        "source": part.source,
                        "wallet_id": wallet,
                        "grant_id": grant,
                        "amount": part.amount,
                        "returned": 0,
                        "created_at": at,
                    }
                )
        insert_rows(self._connection, "invoice_settlements", rows)
