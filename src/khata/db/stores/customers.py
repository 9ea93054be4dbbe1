"""Customers, their tax numbers and their ways to pay."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.customer import Customer, PaymentMethod, TaxId, TaxIdType
from khata.core.places import Address
from khata.db.rows import Connection, insert_rows
from khata.db.stores.parties import add_party

CUSTOMER_FIELDS = """
    c.id, c.name, c.email, c.currency, c.timezone, c.country, c.state, c.address, c.sez,
    c.party_id, c.metadata, c.created_at,
    array(select array[t.type, t.value] from tax_ids t
           where t.customer_id = c.id order by t.id) as tax_ids
"""
_METHOD = (
    "select id, customer_id, gateway, token, is_default, created_at, detached_at"
    " from payment_methods"
)


class Customers:
    """Tables customers, tax_ids and payment_methods."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, customer: Customer, tax_id_ids: Sequence[UUID]) -> None:
        """Add the customer, its party and its tax numbers; each of these brings its id."""
        add_party(self._connection, customer.party_id, customer.facts(), customer.created_at)
        self._connection.execute(
            "insert into customers (id, name, email, currency, timezone, country, state, address,"
            " sez, party_id, metadata, created_at) values (%(id)s, %(name)s, %(email)s,"
            " %(currency)s, %(timezone)s, %(country)s, %(state)s, %(address)s, %(sez)s,"
            " %(party_id)s, %(metadata)s, %(created_at)s)",
            _row(customer),
        )
        self._add_tax_ids(customer, tax_id_ids, customer.created_at)

    def change(self, customer: Customer, tax_id_ids: Sequence[UUID], at: datetime) -> None:
        """Write the customer as it is now; documents made before keep their party."""
        add_party(self._connection, customer.party_id, customer.facts(), at)
        self._connection.execute(
            "update customers set name = %(name)s, email = %(email)s, timezone = %(timezone)s,"
            " country = %(country)s, state = %(state)s, address = %(address)s, sez = %(sez)s,"
            " party_id = %(party_id)s, metadata = %(metadata)s where id = %(id)s",
            _row(customer),
        )
        self._connection.execute("delete from tax_ids where customer_id = %s", [customer.id])
        self._add_tax_ids(customer, tax_id_ids, at)

    def get(self, id: UUID) -> Customer | None:
        """Return the customer, or None."""
        return self.of([id]).get(id)

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

    def add_method(self, method: PaymentMethod) -> None:
        """Add a way to pay; when it is the default, it takes the place of the one before."""
        if method.is_default:
            self._no_default(method.customer_id)
        self._connection.execute(
            "insert into payment_methods (id, customer_id, gateway, token, is_default, created_at)"
            " values (%s, %s, %s, %s, %s, %s)",
            [
                method.id,
                method.customer_id,
                method.gateway,
                method.token,
                method.is_default,
                method.created_at,
            ],
        )

    def method(self, id: UUID) -> PaymentMethod | None:
        """Return the payment method, detached or not, or None."""
        row = self._connection.execute(f"{_METHOD} where id = %s", [id]).fetchone()
        return PaymentMethod(*row) if row else None

    def default_method(self, customer_id: UUID) -> PaymentMethod | None:
        """Return the way the customer pays where no other is named, or None."""
        row = self._connection.execute(
            f"{_METHOD} where customer_id = %s and is_default", [customer_id]
        ).fetchone()
        return PaymentMethod(*row) if row else None

    def make_default(self, method: PaymentMethod) -> None:
        """Let this method be the customer's default."""
        self._no_default(method.customer_id)
        self._connection.execute(
            "update payment_methods set is_default = true where id = %s", [method.id]
        )

    def detach_method(self, id: UUID, at: datetime) -> None:
        """End the method: nothing is collected by it any more."""
        self._connection.execute(
            "update payment_methods set detached_at = %s, is_default = false where id = %s",
            [at, id],
        )

    def _no_default(self, customer_id: UUID) -> None:
        self._connection.execute(
            "update payment_methods set is_default = false where customer_id = %s and is_default",
            [customer_id],
        )

    def _add_tax_ids(self, customer: Customer, ids: Sequence[UUID], at: datetime) -> None:
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
                }
                for id, tax_id in zip(ids, customer.tax_ids, strict=True)
            ],
        )


def customer_of(row: dict[str, Any]) -> Customer:
    """Return the customer that a row of CUSTOMER_FIELDS holds."""
    row["address"] = Address(**row["address"])
    row["tax_ids"] = tuple(TaxId(TaxIdType(type), value) for type, value in row["tax_ids"])
    return Customer(**row)


def _row(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "currency": customer.currency,
        "timezone": customer.timezone,
        "country": customer.country,
        "state": customer.state,
        "address": Jsonb(customer.address.stored()),
        "sez": customer.sez,
        "party_id": customer.party_id,
        "metadata": Jsonb(dict(customer.metadata)),
        "created_at": customer.created_at,
    }
