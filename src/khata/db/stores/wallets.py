"""Wallets, what came into them and what went out, as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.ids import new_ids, public_id
from khata.core.refusal import NotFound
from khata.core.top_up import TopUp, TopUpCause, TopUpStatus
from khata.core.wallet import Grant, GrantKind, Spendable, Wallet
from khata.db.rows import Connection, insert_rows

WALLET_FIELDS = """
    id, customer_id, currency, name, priority, balance, recharge_below, recharge_amount, metadata,
    created_at, tax_code
"""
GRANT_FIELDS = """
    id, wallet_id, kind, amount, remaining, priority, expires_at, name, created_at, expired_at,
    advance
"""
TOP_UP_FIELDS = (
    "id, wallet_id, invoice_id, kind, amount, priority, expires_at, name, cause, created_at, status"
)
_SPENDABLE = """
    select w.customer_id, w.currency, g.id, g.wallet_id, g.kind, g.remaining, g.priority,
           w.priority, g.expires_at, g.created_at, g.advance
      from wallets w
      join wallet_grants g on g.tenant_id = w.tenant_id and g.wallet_id = w.id
     where w.id = any(%s) and g.remaining > 0
     order by g.id
"""

# What changed of a grant, of which wallet, why, and by what.
Change = tuple[UUID, UUID, int, str, UUID]


class Wallets:
    """Tables wallets, wallet_grants and wallet_entries. A wallet is locked before its grants."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, wallet: Wallet) -> None:
        self._connection.execute(
            f"insert into wallets ({WALLET_FIELDS}) values (%(id)s, %(customer_id)s, %(currency)s,"
            " %(name)s, %(priority)s, 0, %(recharge_below)s, %(recharge_amount)s, %(metadata)s,"
            " %(created_at)s, %(tax_code)s)",
            _wallet_row(wallet),
        )

    def change(self, wallet: Wallet) -> None:
        """Write what a person may change of a wallet."""
        self._connection.execute(
            "update wallets set name = %(name)s, priority = %(priority)s,"
            " recharge_below = %(recharge_below)s, recharge_amount = %(recharge_amount)s,"
            " metadata = %(metadata)s where id = %(id)s",
            _wallet_row(wallet),
        )

    def get(self, id: UUID) -> Wallet:
        """Return a wallet. Raises: NotFound."""
        return self._one(id, "")

    def lock(self, id: UUID) -> Wallet:
        """Return a wallet, held until the transaction ends. Raises: NotFound."""
        return self._one(id, "for no key update")

    def lock_for(self, customer_id: UUID, currency: str, tax_code: str) -> Wallet | None:
        """Return the first of a customer's wallets for a service, held, or None."""
        found = self._wallets(
            "customer_id = %s and currency = %s and tax_code = %s"
            " order by priority, id limit 1 for no key update",
            [customer_id, currency, tax_code],
        )
        return found[0] if found else None

    def lock_of(self, customer_ids: Sequence[UUID]) -> dict[tuple[UUID, str], list[Spendable]]:
        """Return what these customers can spend, by currency; their wallets are held."""
        wallets = self._connection.execute(
            "select id from wallets where customer_id = any(%s) and balance > 0"
            " order by id for no key update",
            [list(customer_ids)],
        ).fetchall()
        found: dict[tuple[UUID, str], list[Spendable]] = {}
        if wallets:
            rows = self._connection.execute(_SPENDABLE, [[row[0] for row in wallets]])
            for customer, currency, id, wallet, kind, *rest in rows:
                grant = Spendable(id, wallet, GrantKind(kind), *rest)
                found.setdefault((customer, currency), []).append(grant)
        return found

    def add_grant(self, grant: Grant, *, cause: str, source_id: UUID, at: datetime) -> None:
        """Let a grant come into its wallet, which is locked."""
        row = {
            "id": grant.id,
            "wallet_id": grant.wallet_id,
            "kind": grant.kind,
            "amount": grant.amount,
            "remaining": 0,
            "priority": grant.priority,
            "expires_at": grant.expires_at,
            "name": grant.name,
            "created_at": at,
            "advance": grant.advance,
        }
        insert_rows(self._connection, "wallet_grants", [row])
        self.move([(grant.wallet_id, grant.id, grant.amount, cause, source_id)], at)

    def mark_advance(self, id: UUID) -> None:
        """Note that a voucher says the tax of this grant."""
        self._connection.execute("update wallet_grants set advance = true where id = %s", [id])

    def move(self, changes: Sequence[Change], at: datetime) -> None:
        """Change what is left of grants whose wallets are locked, each with its entry."""
        for id, (wallet, grant, amount, cause, source) in zip(
            new_ids(at, len(changes)), changes, strict=True
        ):
            self._connection.execute(
                _MOVE,
                {
                    "id": id,
                    "wallet": wallet,
                    "grant": grant,
                    "amount": amount,
                    "cause": cause,
                    "source": source,
                    "at": at,
                },
            )

    def grant(self, id: UUID) -> Grant:
        """Return a grant. Raises: NotFound."""
        found = self._grants("id = %s", [id])
        if not found:
            raise NotFound("wallet credit", public_id("wg", id))
        return found[0]

    def take_expired(self, at: datetime, *, limit: int) -> list[Grant]:
        """Return grants whose time is over, the longest first, with their wallets locked.

        Those whose wallet another holds are left for the next time.
        """
        wallets = self._connection.execute(
            "select w.id from wallets w where w.id in (select g.wallet_id from wallet_grants g"
            " where g.tenant_id = current_tenant() and g.expires_at <= %s and g.expired_at is null"
            " order by g.expires_at, g.id limit %s) order by w.id for no key update skip locked",
            [at, limit],
        ).fetchall()
        return self._grants(
            "wallet_id = any(%s) and expires_at <= %s and expired_at is null"
            " order by expires_at, id",
            [[row[0] for row in wallets], at],
        )

    def expire(self, ids: Sequence[UUID], at: datetime) -> None:
        """Mark grants as over."""
        self._connection.execute(
            "update wallet_grants set expired_at = %s where id = any(%s)", [at, list(ids)]
        )

    def of(self, ids: Sequence[UUID]) -> list[Wallet]:
        """Return these wallets."""
        return self._wallets("id = any(%s) order by id", [list(ids)])

    def expire_again(self, grant_id: UUID, at: datetime) -> None:
        """Let a grant that had expired, and got money back, expire anew: its time is due."""
        self._connection.execute(
            "update wallet_grants set expired_at = null where id = %s and expires_at <= %s",
            [grant_id, at],
        )

    def low_of(self, ids: Sequence[UUID]) -> list[Wallet]:
        """Return those of these wallets that are below their threshold."""
        return self._wallets("id = any(%s) and balance < recharge_below order by id", [list(ids)])

    def add_top_up(self, top_up: TopUp) -> None:
        row = {name: getattr(top_up, name) for name in TOP_UP_FIELDS.replace(" ", "").split(",")}
        insert_rows(self._connection, "wallet_top_ups", [row])

    def top_up_of(self, invoice_id: UUID) -> TopUp | None:
        """Return the top-up that an invoice asks for, or None."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select {TOP_UP_FIELDS} from wallet_top_ups where invoice_id = %s", [invoice_id]
            ).fetchone()
        return None if row is None else top_up_of(row)

    def finish_top_up(self, id: UUID, status: TopUpStatus, at: datetime) -> None:
        self._connection.execute(
            "update wallet_top_ups set status = %s, finished_at = %s where id = %s",
            [status, at, id],
        )

    def is_recharging(self, wallet_id: UUID) -> bool:
        """Say whether a recharge of the wallet waits to be paid."""
        row = self._connection.execute(
            "select 1 from wallet_top_ups"
            " where wallet_id = %s and status = 'waiting' and cause = 'recharge'",
            [wallet_id],
        ).fetchone()
        return row is not None

    def _one(self, id: UUID, locking: str) -> Wallet:
        found = self._wallets(f"id = %s {locking}", [id])
        if not found:
            raise NotFound("wallet", public_id("wal", id))
        return found[0]

    def _wallets(self, which: str, values: Sequence[Any]) -> list[Wallet]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(f"select {WALLET_FIELDS} from wallets where {which}", values)
            return [Wallet(**row) for row in rows.fetchall()]

    def _grants(self, which: str, values: Sequence[Any]) -> list[Grant]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(f"select {GRANT_FIELDS} from wallet_grants where {which}", values)
            return [grant_of(row) for row in rows.fetchall()]


_MOVE = """
    with left_of_grant as (
      update wallet_grants set remaining = remaining + %(amount)s where id = %(grant)s
      returning remaining),
    left_of_wallet as (
      update wallets set balance = balance + %(amount)s where id = %(wallet)s returning balance)
    insert into wallet_entries (id, wallet_id, grant_id, amount, cause, source_id,
                                grant_remaining, balance, created_at)
    select %(id)s, %(wallet)s, %(grant)s, %(amount)s, %(cause)s, %(source)s, g.remaining,
           w.balance, %(at)s
      from left_of_grant g, left_of_wallet w
"""


def grant_of(row: dict[str, Any]) -> Grant:
    """Return the grant that a row of GRANT_FIELDS holds."""
    return Grant(**row | {"kind": GrantKind(row["kind"])})


def top_up_of(row: dict[str, Any]) -> TopUp:
    """Return the top-up that a row of TOP_UP_FIELDS holds."""
    words = {
        "kind": GrantKind(row["kind"]),
        "cause": TopUpCause(row["cause"]),
        "status": TopUpStatus(row["status"]),
    }
    return TopUp(**row | words)


def _wallet_row(wallet: Wallet) -> dict[str, Any]:
    return {
        "id": wallet.id,
        "customer_id": wallet.customer_id,
        "currency": wallet.currency,
        "name": wallet.name,
        "priority": wallet.priority,
        "recharge_below": wallet.recharge_below,
        "recharge_amount": wallet.recharge_amount,
        "metadata": Jsonb(dict(wallet.metadata)),
        "created_at": wallet.created_at,
        "tax_code": wallet.tax_code,
    }
