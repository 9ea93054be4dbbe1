"""The tenant's own row and its API keys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.account import ApiKey, Tenant
from khata.core.policies import Policies
from khata.db.rows import Connection

_KEY = "select id, prefix, last4, created_at, revoked_at from api_keys"


class Tenants:
    """Tables tenants and api_keys; behind the wall there is one tenant."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> Tenant:
        """Return the tenant whose transaction this is."""
        return self._tenant("select * from tenants")

    def lock(self) -> Tenant:
        """The same, held until the transaction ends."""
        return self._tenant("select * from tenants for update")

    def add(self, tenant: Tenant) -> None:
        """Add the tenant; its policies begin as their defaults."""
        self._connection.execute(
            "insert into tenants (tenant_id, account_id, livemode, name, email, country, state,"
            " timezone, currency, branding, next_close_at, created_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                tenant.id,
                tenant.account_id,
                tenant.livemode,
                tenant.name,
                tenant.email,
                tenant.country,
                tenant.state,
                tenant.timezone,
                tenant.currency,
                Jsonb(dict(tenant.branding)),
                tenant.next_close_at,
                tenant.created_at,
            ],
        )

    def change(
        self,
        *,
        name: str,
        email: str,
        policies: Mapping[str, Any],
        branding: Mapping[str, Any],
    ) -> None:
        """Write name, address and branding; `policies` join those that are stored."""
        self._connection.execute(
            "update tenants set name = %s, email = %s, policies = policies || %s, branding = %s",
            [name, email, Jsonb(dict(policies)), Jsonb(dict(branding))],
        )

    def close_next_at(self, at: datetime) -> None:
        """Say when the next month is closed."""
        self._connection.execute("update tenants set next_close_at = %s", [at])

    def add_key(self, key: ApiKey, hash: bytes) -> None:
        self._connection.execute(
            "insert into api_keys (id, hash, prefix, last4, created_at)"
            " values (%s, %s, %s, %s, %s)",
            [key.id, hash, key.prefix, key.last4, key.created_at],
        )

    def key(self, id: UUID) -> ApiKey | None:
        """Return the key, revoked or not, or None."""
        row = self._connection.execute(f"{_KEY} where id = %s", [id]).fetchone()
        return ApiKey(*row) if row else None

    def first_key(self) -> ApiKey:
        """Return the key the tenant began with."""
        row = self._connection.execute(f"{_KEY} order by id limit 1").fetchone()
        assert row is not None, "a tenant begins with a key"
        return ApiKey(*row)

    def lock_keys(self) -> list[ApiKey]:
        """Return the keys that work, so that no two of them are revoked at once."""
        rows = self._connection.execute(
            f"{_KEY} where revoked_at is null order by id for update"
        ).fetchall()
        return [ApiKey(*row) for row in rows]

    def revoke_key(self, id: UUID, at: datetime) -> None:
        """End the key; it works in no request that begins after this."""
        self._connection.execute("update api_keys set revoked_at = %s where id = %s", [at, id])

    def _tenant(self, sql: LiteralString) -> Tenant:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(sql).fetchone()
        assert row is not None, "the transaction belongs to no tenant"
        row["id"] = row.pop("tenant_id")
        row["policies"] = Policies.of(row["policies"])
        return Tenant(**row)
