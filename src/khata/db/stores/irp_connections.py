"""Connections to portals as rows, with sealed credentials; and what decides who is bound."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.e_invoice.applicability import SellerStanding
from khata.core.e_invoice.connection import IrpConnection
from khata.core.e_invoice.dated import ExemptClass
from khata.db.rows import Connection

CONNECTION_FIELDS: Final = """registration_id, base_url, credentials, portal_key, signing_keys,
    voluntary, exempt_as, valid_from, version, trouble, created_at"""

# With the class that the registration itself is of, where the connection names none.
_OF: Final = """
    select c.registration_id, c.base_url, c.credentials, c.portal_key, c.signing_keys, c.voluntary,
           coalesce(c.exempt_as, r.e_invoice_exempt_as) as exempt_as, c.valid_from, c.version,
           c.trouble, c.created_at
      from irp_connections c
      join registrations r on r.tenant_id = c.tenant_id and r.id = c.registration_id
     where c.registration_id = any(%s)
"""


class IrpConnections:
    """Table irp_connections; it reads turnovers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, registrations: Collection[UUID]) -> dict[UUID, IrpConnection]:
        """Return the connections of these registrations, by registration."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                _OF.encode(),
                [list(registrations)],
            ).fetchall()
        return {row["registration_id"]: connection_of(row) for row in rows}

    def exempt_class(self, registration: UUID) -> ExemptClass | None:
        """Return the class that a registration is of, where it is of one that needs no IRNs."""
        row = self._connection.execute(
            "select e_invoice_exempt_as from registrations where id = %s", [registration]
        ).fetchone()
        return ExemptClass(row[0]) if row and row[0] else None

    def keep(self, one: IrpConnection) -> None:
        """Keep a connection in the place of one that was; it begins without trouble."""
        self._connection.execute(
            f"""insert into irp_connections ({CONNECTION_FIELDS}, provider)
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s, null, %s, 'nic')
                on conflict (tenant_id, registration_id) do update set
                  base_url = excluded.base_url, credentials = excluded.credentials,
                  portal_key = excluded.portal_key, signing_keys = excluded.signing_keys,
                  voluntary = excluded.voluntary, exempt_as = excluded.exempt_as,
                  valid_from = excluded.valid_from, trouble = null,
                  version = irp_connections.version + 1""".encode(),
            [
                one.registration_id,
                one.base_url,
                one.credentials,
                one.portal_key,
                Jsonb(list(one.signing_keys)),
                one.voluntary,
                one.exempt_as,
                one.valid_from,
                one.version,
                one.created_at,
            ],
        )

    def note_trouble(self, registration: UUID, version: int, trouble: str) -> None:
        """Note that the portal lets this version's credentials in no more."""
        self._connection.execute(
            "update irp_connections set trouble = %s where registration_id = %s and version = %s",
            [trouble, registration, version],
        )

    def turnovers(self) -> dict[str, int]:
        """Return rupees by financial year, `2024-25`; the latest word on a year counts."""
        rows = self._connection.execute("select financial_year, amount from turnovers order by id")
        return {f"20{year}": amount // 100 for year, amount in rows.fetchall()}


def standing_of(connection: IrpConnection, turnovers: Mapping[str, int]) -> SellerStanding:
    """Return what decides about the documents of a connection's registration."""
    return SellerStanding(turnovers, connection.exempt_as, connection.voluntary)


def connection_of(row: Mapping[str, Any]) -> IrpConnection:
    """Return the connection that a row of CONNECTION_FIELDS holds."""
    exempt = row["exempt_as"]
    return IrpConnection(
        **{
            **row,
            "signing_keys": tuple(row["signing_keys"]),
            "exempt_as": ExemptClass(exempt) if exempt else None,
        }
    )
