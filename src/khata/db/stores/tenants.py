"""The tenant's own row and its API keys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from khata.core.account import ApiKey, Tenant
from khata.core.policies import Policies
from khata.db.rows import Connection

_TENANT = """
    select tenant_id, account_id, livemode, name, email, country, state, timezone, currency,
           policies, next_close_at, created_at, sandbox
      from tenants
"""
_KEY = "select id, prefix, last4, created_at, revoked_at from api_keys"


class Tenants:
    """Tables tenants and api_keys; behind the wall there is one tenant."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: Tenant | None = None  # asked for by many steps of one transaction

    def get(self) -> Tenant:
        """Return the tenant whose transaction this is."""
        if self._known is None:
            self._known = self._tenant(_TENANT)
        return self._known

    def lock(self) -> Tenant:
        """The same as it is now, held until the transaction ends."""
        self._known = self._tenant(_TENANT + " for update")
        return self._known

    def branding(self) -> Mapping[str, Any]:
        """Return what its documents show beside the facts; a logo is large, so asked apart."""
        row = self._connection.execute("select branding from tenants").fetchone()
        assert row is not None
        branding: Mapping[str, Any] = row[0]
        return branding

    def policies_stored(self) -> Mapping[str, Any]:
        """Return its policies as they are stored: only those that were ever chosen."""
        row = self._connection.execute("select policies from tenants").fetchone()
        assert row is not None
        policies: Mapping[str, Any] = row[0]
        return policies

    def add(self, tenant: Tenant) -> None:
        """Add the tenant; its policies begin as their defaults."""
        self._connection.execute(
            "insert into tenants (tenant_id, account_id, livemode, name, email, country, state,"
            " timezone, currency, next_close_at, created_at, sandbox)"
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
                tenant.next_close_at,
                tenant.created_at,
                tenant.sandbox,
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
        self._known = None

    def close_next_at(self, at: datetime) -> None:
        """Say when the next month is closed."""
        self._connection.execute("update tenants set next_close_at = %s", [at])
        self._known = None

    def archive(self, at: datetime) -> None:
        """Close the tenant: none of its keys works any more, and nothing in it is due."""
        self._connection.execute("update tenants set archived_at = %s", [at])
        self._connection.execute(
            "update api_keys set revoked_at = %s where revoked_at is null", [at]
        )
        self._known = None

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
        row = self._connection.execute(sql).fetchone()
        assert row is not None, "the transaction belongs to no tenant"
        return Tenant(
            id=row[0],
            account_id=row[1],
            livemode=row[2],
            name=row[3],
            email=row[4],
            country=row[5],
            state=row[6],
            timezone=row[7],
            currency=row[8],
            policies=Policies.of(row[9]),
            next_close_at=row[10],
            created_at=row[11],
            sandbox=row[12],
        )
