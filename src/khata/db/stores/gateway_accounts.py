"""Gateway accounts as rows, with sealed secrets; and the rules that choose among them."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.gateway_account import AccountStatus, GatewayAccount, Route
from khata.core.gateway_health import Health, Trouble
from khata.core.ids import new_id
from khata.core.payment_method import MethodKind
from khata.db.rows import Connection, insert_rows

ACCOUNT_FIELDS = """id, gateway, name, base_url, reference, livemode, status, credentials,
    webhook_secrets, version, verified_at, created_at, failures, trouble, ailing_since, shut_until,
    openings, looks, told, is_stand_in"""
_MADE_WITH = ACCOUNT_FIELDS.partition(", failures")[0]  # an account begins well


class GatewayAccounts:
    """Tables gateway_accounts and gateway_routes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: GatewayAccount) -> None:
        self._connection.execute(
            f"insert into gateway_accounts ({_MADE_WITH})"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                account.id,
                account.gateway,
                account.name,
                account.base_url,
                account.reference,
                account.livemode,
                account.status,
                account.credentials,
                account.webhook_secrets,
                account.version,
                account.verified_at,
                account.created_at,
            ],
        )

    def stand_in(self, gateway: str, at: datetime) -> UUID:
        """Return the account that stands in for one at a gateway without accounts; made once."""
        name = f"stands in for accounts with {gateway}"
        self._connection.execute(
            "insert into gateway_accounts (id, gateway, name, livemode, status, credentials,"
            " version, verified_at, created_at, is_stand_in)"
            " values (%(id)s, %(gateway)s, %(name)s, false, 'disabled', '', 1, %(at)s, %(at)s,"
            " true)"
            " on conflict (tenant_id, name) do nothing",
            {"id": new_id(at), "gateway": gateway, "name": name, "at": at},
        )
        [found] = self._found("is_stand_in and gateway = %s", gateway)
        return found.id

    def get(self, id: UUID, *, lock: bool = False) -> GatewayAccount | None:
        """Return the account, or None; locked, nobody else changes it meanwhile."""
        found = self._found("id = %s" + (" for no key update" if lock else ""), id)
        return found[0] if found else None

    def of(self, ids: Collection[UUID]) -> dict[UUID, GatewayAccount]:
        """Return these accounts, by id; for none it asks nothing."""
        if not ids:
            return {}
        return {account.id: account for account in self._found("id = any(%s)", list(ids))}

    def active(self, gateway: str | None = None) -> list[GatewayAccount]:
        """Return those that take charges, of one gateway or of all, the oldest first."""
        return self._found(
            "status = 'active' and (%s::text is null or gateway = %s) order by created_at, id",
            gateway,
            gateway,
        )

    def name_taken(self, name: str) -> bool:
        row = self._connection.execute(
            "select 1 from gateway_accounts where name = %s", [name]
        ).fetchone()
        return row is not None

    def set_status(self, id: UUID, status: AccountStatus) -> None:
        self._connection.execute(
            "update gateway_accounts set status = %s where id = %s", [status, id]
        )

    def rename(self, id: UUID, name: str) -> None:
        self._connection.execute("update gateway_accounts set name = %s where id = %s", [name, id])

    def rotate(self, account: GatewayAccount) -> None:
        """Write new credentials, address or webhook secrets, and when they were verified."""
        self._connection.execute(
            """update gateway_accounts set credentials = %s, webhook_secrets = %s, version = %s,
                      verified_at = %s, reference = %s, base_url = %s where id = %s""",
            [
                account.credentials,
                account.webhook_secrets,
                account.version,
                account.verified_at,
                account.reference,
                account.base_url,
                account.id,
            ],
        )

    def verified(self, id: UUID, at: datetime) -> None:
        self._connection.execute(
            "update gateway_accounts set verified_at = %s where id = %s", [at, id]
        )

    def set_health(self, id: UUID, health: Health) -> None:
        """Write how the account fares; it is locked."""
        self._connection.execute(
            """update gateway_accounts set failures = %s, trouble = %s, ailing_since = %s,
                      shut_until = %s, openings = %s, looks = %s, told = %s where id = %s""",
            [
                health.failures,
                health.trouble,
                health.ailing_since,
                health.shut_until,
                health.openings,
                health.looks,
                health.told,
                id,
            ],
        )

    def routes(self) -> list[Route]:
        """Return the rules, in their order."""
        rows = self._connection.execute(
            "select account_id, currency, country, kind, min_amount, max_amount, fallbacks"
            " from gateway_routes order by position"
        ).fetchall()
        return [
            Route(account, currency, country, MethodKind(kind) if kind else None, least, end, to)
            for account, currency, country, kind, least, end, to in (
                (*row[:6], tuple(row[6])) for row in rows
            )
        ]

    def set_routes(self, routes: Sequence[Route]) -> None:
        """Put these rules in the place of all that were."""
        self._connection.execute("delete from gateway_routes")
        insert_rows(
            self._connection,
            "gateway_routes",
            [
                {
                    "position": position,
                    "account_id": route.account_id,
                    "currency": route.currency,
                    "country": route.country,
                    "kind": route.kind,
                    "min_amount": route.min_amount,
                    "max_amount": route.max_amount,
                    "fallbacks": [str(id) for id in route.fallbacks],
                }
                for position, route in enumerate(routes, start=1)
            ],
        )

    def _found(self, condition: str, *values: Any) -> list[GatewayAccount]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {ACCOUNT_FIELDS} from gateway_accounts where {condition}", values
            ).fetchall()
        return [account_of(row) for row in rows]


def account_of(row: dict[str, Any]) -> GatewayAccount:
    """Return what a row with the columns of ACCOUNT_FIELDS says."""
    trouble = Trouble(row["trouble"]) if row["trouble"] else None
    of_health = {name: row[name] for name in _HEALTH if name != "trouble"}
    facts = {name: value for name, value in row.items() if name not in _HEALTH}
    health = Health(trouble=trouble, **of_health)
    return GatewayAccount(**facts | {"status": AccountStatus(row["status"]), "health": health})


_HEALTH = tuple(field.name for field in fields(Health))
