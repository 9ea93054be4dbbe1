"""Payment methods as rows: a customer's ways to pay, and which of them is the default."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.customer import PaymentMethod
from khata.core.payment_method import MethodKind, SavedMethod
from khata.db.rows import Connection

METHOD_FIELDS = """id, customer_id, gateway, token, is_default, created_at, detached_at,
    gateway_account_id, kind, holder, brand, last4, expiry_month, expiry_year, issuer_country,
    facts"""


@dataclass(frozen=True, slots=True)
class Payable:
    """A customer's way to pay, as an attempt needs it."""

    id: UUID
    gateway: str
    token: str
    account_id: UUID | None
    kind: MethodKind
    holder: str | None
    facts: Mapping[str, str]
    mandate_id: UUID | None = None  # debits by it are planned


class PaymentMethods:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, method: PaymentMethod) -> None:
        """Add a way to pay; when it is the default, it takes the place of the one before."""
        if method.is_default:
            self._no_default(method.customer_id)
        saved = method.saved
        self._connection.execute(
            f"""insert into payment_methods ({METHOD_FIELDS})
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                method.id,
                method.customer_id,
                method.gateway,
                method.token,
                method.is_default,
                method.created_at,
                method.detached_at,
                method.account_id,
                saved.kind,
                saved.holder,
                saved.brand,
                saved.last4,
                saved.expiry_month,
                saved.expiry_year,
                saved.country,
                Jsonb(dict(saved.facts)),
            ],
        )

    def get(self, id: UUID) -> PaymentMethod | None:
        """Return the payment method, detached or not, or None."""
        return self._one("id = %s", id)

    def default_of(self, customer_id: UUID) -> PaymentMethod | None:
        """Return the way the customer pays where no other is named, or None."""
        return self._one("customer_id = %s and is_default", customer_id)

    def by_token(self, account_id: UUID, token: str) -> list[PaymentMethod]:
        """Return those that are not detached and that a gateway account knows by this token."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {METHOD_FIELDS} from payment_methods where gateway_account_id = %s"
                " and token = %s and detached_at is null order by id",
                [account_id, token],
            ).fetchall()
        return [method_of(row) for row in rows]

    def refresh(self, id: UUID, saved: SavedMethod) -> None:
        """Write what the gateway tells of it now: a card renewed by its bank has a new expiry."""
        self._connection.execute(
            """update payment_methods set brand = %s, last4 = %s, expiry_month = %s,
                      expiry_year = %s, issuer_country = %s, facts = %s where id = %s""",
            [
                saved.brand,
                saved.last4,
                saved.expiry_month,
                saved.expiry_year,
                saved.country,
                Jsonb(dict(saved.facts)),
                id,
            ],
        )

    def make_default(self, method: PaymentMethod) -> None:
        """Let this method be the customer's default."""
        self._no_default(method.customer_id)
        self._connection.execute(
            "update payment_methods set is_default = true where id = %s", [method.id]
        )

    def detach(self, id: UUID, at: datetime) -> None:
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

    def _one(self, condition: str, value: UUID) -> PaymentMethod | None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select {METHOD_FIELDS} from payment_methods where {condition}", [value]
            ).fetchone()
        return method_of(row) if row else None


def method_of(row: dict[str, Any]) -> PaymentMethod:
    """Return what a row with the columns of METHOD_FIELDS says."""
    return PaymentMethod(
        id=row["id"],
        customer_id=row["customer_id"],
        gateway=row["gateway"],
        token=row["token"],
        is_default=row["is_default"],
        created_at=row["created_at"],
        detached_at=row["detached_at"],
        account_id=row["gateway_account_id"],
        saved=SavedMethod(
            row["token"],
            MethodKind(row["kind"]),
            row["holder"],
            row["brand"],
            row["last4"],
            row["expiry_month"],
            row["expiry_year"],
            row["issuer_country"],
            row["facts"],
        ),
    )
