"""The provider of sales tax that a tenant has chosen, as a row with sealed credentials."""

from datetime import datetime
from uuid import UUID

from khata.core.tax.quotes import TaxProviderName
from khata.db.rows import Connection


class ChosenProviders:
    """Table tax_providers: one row at most."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> tuple[UUID, TaxProviderName, str, bytes, str, int, datetime] | None:
        """Return tenant, provider, address, sealed credentials, product code, version, when."""
        row = self._connection.execute(
            "select tenant_id, provider, base_url, credentials, product_code, version, chosen_at"
            " from tax_providers"
        ).fetchone()
        if row is None:
            return None
        return (row[0], TaxProviderName(row[1]), *row[2:])

    def choose(
        self,
        provider: TaxProviderName,
        base_url: str,
        credentials: bytes,
        product_code: str,
        at: datetime,
    ) -> None:
        """Keep the choice in the place of the one before."""
        self._connection.execute(
            """insert into tax_providers (provider, base_url, credentials, product_code, version,
                 chosen_at) values (%s, %s, %s, %s, 1, %s)
               on conflict (tenant_id) do update set provider = excluded.provider,
                 base_url = excluded.base_url, credentials = excluded.credentials,
                 product_code = excluded.product_code, chosen_at = excluded.chosen_at,
                 version = tax_providers.version + 1""",
            [provider, base_url, credentials, product_code, at],
        )

    def leave(self) -> bool:
        """Let the tenant's own confirmations decide again; False where they do already."""
        return self._connection.execute("delete from tax_providers").rowcount == 1
