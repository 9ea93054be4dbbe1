"""Customers, their tax numbers and their ways to pay."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.customer import CHECKED, Customer, TaxId, TaxIdType
from khata.core.places import Address
from khata.db.columns import as_array
from khata.db.rows import Connection, insert_rows
from khata.db.stores.exemptions import EXEMPTIONS_OF, exemptions_of
from khata.db.stores.parties import add_party

CUSTOMER_FIELDS = f"""
    c.id, c.name, c.email, c.currency, c.timezone, c.country, c.state, c.address, c.sez,
    c.party_id, c.metadata, c.created_at, c.payer_id,
    c.invoice_together, c.related_establishment, c.deemed_export, c.phone,
    {EXEMPTIONS_OF} as exemptions,
    array(select array[t.type, t.value] from tax_ids t
           where t.customer_id = c.id order by t.id) as tax_ids
"""


class Customers:
    """Tables customers and tax_ids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, customer: Customer, tax_id_ids: Sequence[UUID]) -> None:
        """Add the customer, its party and its tax numbers; each of these brings its id."""
        add_party(self._connection, customer.party_id, customer.facts(), customer.created_at)
        self._connection.execute(
            "insert into customers (id, name, email, currency, timezone, country, state, address,"
            " sez, party_id, metadata, created_at, payer_id, invoice_together,"
            " related_establishment, deemed_export, phone)"
            " values (%(id)s, %(name)s, %(email)s,"
            " %(currency)s, %(timezone)s, %(country)s, %(state)s, %(address)s, %(sez)s,"
            " %(party_id)s, %(metadata)s, %(created_at)s, %(payer_id)s, %(invoice_together)s,"
            " %(related_establishment)s, %(deemed_export)s, %(phone)s)",
            _row(customer),
        )
        self._add_tax_ids(customer, tax_id_ids, customer.created_at)

    def change(self, customer: Customer, tax_id_ids: Sequence[UUID], at: datetime) -> None:
        """Write the customer as it is now; documents made before keep their party."""
        add_party(self._connection, customer.party_id, customer.facts(), at)
        self._connection.execute(
            "update customers set name = %(name)s, email = %(email)s, timezone = %(timezone)s,"
            " country = %(country)s, state = %(state)s, address = %(address)s, sez = %(sez)s,"
            " party_id = %(party_id)s, metadata = %(metadata)s, payer_id = %(payer_id)s,"
            " invoice_together = %(invoice_together)s, phone = %(phone)s,"
            " related_establishment = %(related_establishment)s,"
            " deemed_export = %(deemed_export)s"
            " where id = %(id)s",
            _row(customer),
        )
        gone = self._connection.execute(
            "delete from tax_ids where customer_id = %s returning type, value, check_due_at",
            [customer.id],
        ).fetchall()
        self._add_tax_ids(customer, tax_id_ids, at, {(row[0], row[1]): row[2] for row in gone})

    def get(self, id: UUID) -> Customer | None:
        """Return the customer, or None."""
        return self.of([id]).get(id)

    def hold(self, ids: Sequence[UUID]) -> None:
        """Hold these customers until the transaction ends, in the one order of all."""
        self._connection.execute(
            "select 1 from customers where id = any(%s) order by id for no key update",
            [list(ids)],
        )

    def pays_for_others(self, id: UUID) -> bool:
        """Say whether another customer names this one as its payer."""
        row = self._connection.execute(
            "select 1 from customers where payer_id = %s limit 1", [id]
        ).fetchone()
        return row is not None

    def lock(self, id: UUID) -> Customer | None:
        """Return the customer, held until the transaction ends, or None."""
        self._connection.execute("select 1 from customers where id = %s for no key update", [id])
        return self.get(id)

    def of(self, ids: Sequence[UUID]) -> dict[UUID, Customer]:
        """Return those of the customers that exist, by id."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {CUSTOMER_FIELDS} from customers c where c.id = any(%s)", [list(ids)]
            ).fetchall()
        return {row["id"]: customer_of(row) for row in rows}

    def unknown(self, ids: Collection[UUID]) -> set[UUID]:
        """Return those of the ids that are nobody's."""
        rows = self._connection.execute(
            "select id from unnest(%s::uuid[]) as asked (id)"
            " where not exists (select 1 from customers c where c.id = asked.id)",
            [as_array([*ids])],
        )
        return {row[0] for row in rows}

    def _add_tax_ids(
        self,
        customer: Customer,
        ids: Sequence[UUID],
        at: datetime,
        known: Mapping[tuple[str, str], datetime | None] | None = None,
    ) -> None:
        """Add its numbers; one that a register can confirm is asked about when it is new."""
        insert_rows(
            self._connection,
            "tax_ids",
            [
                {
                    "id": id,
                    "customer_id": customer.id,
                    "type": tax_id.type,
                    "value": tax_id.value,
                    "created_at": at,
                    "check_due_at": (known or {}).get(
                        (tax_id.type, tax_id.value), at if tax_id.type in CHECKED else None
                    ),
                }
                for id, tax_id in zip(ids, customer.tax_ids, strict=True)
            ],
        )


def customer_of(row: dict[str, Any]) -> Customer:
    """Return the customer that a row of CUSTOMER_FIELDS holds."""
    row["address"] = Address(**row["address"])
    row["tax_ids"] = tuple(TaxId(TaxIdType(type), value) for type, value in row["tax_ids"])
    row["exemptions"] = exemptions_of(row["exemptions"])
    return Customer(**row)


def _row(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "currency": customer.currency,
        "timezone": customer.timezone,
        "country": customer.country,
        "state": customer.state,
        "address": Jsonb(customer.address.stored()),
        "sez": customer.sez,
        "party_id": customer.party_id,
        "metadata": Jsonb(dict(customer.metadata)),
        "created_at": customer.created_at,
        "payer_id": customer.payer_id,
        "invoice_together": customer.invoice_together,
        "related_establishment": customer.related_establishment,
        "deemed_export": customer.deemed_export,
    }
