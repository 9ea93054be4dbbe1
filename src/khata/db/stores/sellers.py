"""Registrations: under which name and tax number the tenant sells."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.places import Address
from khata.core.registration import Registration
from khata.core.tax.parties import ExportRoute, Lut, Scheme
from khata.core.tax.tenant_facts import TenantFacts
from khata.db.rows import Connection, insert_rows
from khata.db.stores.parties import add_party
from khata.db.stores.tax_facts import TENANT_FACTS, days_of_facts, facts_of

_COLUMNS = (
    "id, legal_name, country, state, tax_id_type, tax_id, address, party_id, series, is_default,"
    " created_at, scheme, export_route, trade_name, bank, logo, signatory"
)
REGISTRATION_FIELDS = f"""
    {_COLUMNS},
    array(select array[l.number, l.valid_from::text, l.valid_to::text] from luts l
           where l.registration_id = registrations.id order by l.valid_from) as luts
"""


class Sellers:
    """Tables registrations and luts, with the party each registration shows now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, registration: Registration, facts: Mapping[str, Any]) -> None:
        """Add the registration, its letters of undertaking and its party."""
        add_party(self._connection, registration.party_id, facts, registration.created_at)
        self._connection.execute(
            f"insert into registrations ({_COLUMNS})"
            f" values ({', '.join(f'%({column})s' for column in _COLUMNS.split(', '))})",
            _row(registration),
        )
        self._add_luts(registration)

    def change(self, registration: Registration, facts: Mapping[str, Any], at: datetime) -> None:
        """Write the registration as it is now; documents made before keep their party."""
        add_party(self._connection, registration.party_id, facts, at)
        self._connection.execute(
            "update registrations set legal_name = %(legal_name)s, address = %(address)s,"
            " party_id = %(party_id)s, series = %(series)s, is_default = %(is_default)s,"
            " scheme = %(scheme)s, export_route = %(export_route)s, trade_name = %(trade_name)s,"
            " bank = %(bank)s, logo = %(logo)s, signatory = %(signatory)s"
            " where id = %(id)s",
            _row(registration),
        )
        self._connection.execute("delete from luts where registration_id = %s", [registration.id])
        self._add_luts(registration)

    def no_default(self) -> None:
        """Leave the tenant without a default, for the one that follows."""
        self._connection.execute("update registrations set is_default = false where is_default")

    def get(self, id: UUID) -> Registration | None:
        """Return the registration, or None."""
        return next(iter(self._where("where id = %s", id)), None)

    def selling(
        self, ids: Sequence[UUID], *, on: date
    ) -> dict[UUID, tuple[Registration, TenantFacts]]:
        """Return those that exist, by id, with what counts of the tenant's taxes on a day."""
        sql = f"select {REGISTRATION_FIELDS}, {TENANT_FACTS} as facts"
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"{sql} from registrations where id = any(%(ids)s)",
                {"ids": list(ids), **days_of_facts(on)},
            ).fetchall()
        facts = facts_of(rows[0]["facts"]) if rows else TenantFacts()
        for row in rows:
            del row["facts"]
        return {row["id"]: (registration_of(row), facts) for row in rows}

    def lock(self, id: UUID) -> Registration | None:
        """Return the registration, held until the transaction ends, or None."""
        return next(iter(self._where("where id = %s for update", id)), None)

    def default(self) -> Registration:
        """Return the registration that sells where none is named."""
        return self._where("where is_default")[0]

    def all(self) -> list[Registration]:
        """Return every registration, the default first."""
        return self._where("order by is_default desc, id")

    def with_tax_id(self, tax_id: str) -> Registration | None:
        """Return the registration that has this tax number, or None."""
        return next(iter(self._where("where tax_id = %s", tax_id)), None)

    def series_used(self, id: UUID, document: str) -> list[str]:
        """Return every series of a type of document in which the registration has counted."""
        rows = self._connection.execute(
            "select distinct series from number_counters"
            " where registration_id = %s and document_type = %s order by series",
            [id, document],
        )
        return [row[0] for row in rows]

    def _add_luts(self, registration: Registration) -> None:
        insert_rows(
            self._connection,
            "luts",
            [
                {
                    "registration_id": registration.id,
                    "number": lut.number,
                    "valid_from": lut.valid_from,
                    "valid_to": lut.valid_to,
                }
                for lut in registration.luts
            ],
        )

    def _where(self, condition: str, *parameters: object) -> list[Registration]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {REGISTRATION_FIELDS} from registrations {condition}", parameters
            ).fetchall()
        return [registration_of(row) for row in rows]


def registration_of(row: dict[str, Any]) -> Registration:
    """Return the registration that a row of the table holds."""
    row["luts"] = tuple(
        Lut(number, date.fromisoformat(begins), date.fromisoformat(ends))
        for number, begins, ends in row["luts"]
    )
    row["address"] = Address(**row["address"])
    row["scheme"] = Scheme(row["scheme"])
    row["export_route"] = ExportRoute(row["export_route"])
    return Registration(**row)


def _row(registration: Registration) -> dict[str, Any]:
    return {
        "id": registration.id,
        "legal_name": registration.legal_name,
        "country": registration.country,
        "state": registration.state,
        "tax_id_type": registration.tax_id_type,
        "tax_id": registration.tax_id,
        "address": Jsonb(registration.address.stored()),
        "party_id": registration.party_id,
        "series": Jsonb(dict(registration.series)),
        "is_default": registration.is_default,
        "created_at": registration.created_at,
        "scheme": registration.scheme,
        "export_route": registration.export_route,
        "trade_name": registration.trade_name,
        "bank": None if registration.bank is None else Jsonb(dict(registration.bank)),
        "logo": registration.logo,
        "signatory": registration.signatory,
    }
