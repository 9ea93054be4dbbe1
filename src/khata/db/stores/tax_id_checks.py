"""Checks of customers' tax numbers, and which are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from khata.core.tax.tax_id_check import Outcome, TaxIdCheck
from khata.db.rows import Connection, insert_rows

CHECK_FIELDS: Final = (
    "id, customer_id, type, value, outcome, register, checked_on, checked_at as created_at,"
    " consultation_number, name, address, detail"
)


@dataclass(frozen=True, slots=True)
class NumberToCheck:
    customer_id: UUID
    type: str
    value: str


class TaxIdChecks:
    """Tables tax_id_checks, and tax_ids as far as they are due."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def number_of(self, customer_id: UUID, type: str) -> NumberToCheck | None:
        """Return a customer's number of a type, or None."""
        row = self._connection.execute(
            "select customer_id, type, value from tax_ids where customer_id = %s and type = %s",
            [customer_id, type],
        ).fetchone()
        return None if row is None else NumberToCheck(*row)

    def take_due(self, at: datetime, *, again_at: datetime, limit: int) -> list[NumberToCheck]:
        """Take what is to be asked now; it is due again at `again_at`, whatever comes of it."""
        rows = self._connection.execute(
            """with due as materialized (
                 select tenant_id, id from tax_ids
                  where tenant_id = current_tenant() and check_due_at <= %s
                  order by check_due_at, id limit %s for no key update skip locked)
               update tax_ids t set check_due_at = %s from due
                where t.tenant_id = due.tenant_id and t.id = due.id
               returning t.customer_id, t.type, t.value""",
            [at, limit, again_at],
        ).fetchall()
        return [NumberToCheck(*row) for row in rows]

    def keep(self, checks: Sequence[TaxIdCheck], due_at: datetime) -> None:
        """Keep answers about one customer's numbers, and when they are asked about again."""
        insert_rows(self._connection, "tax_id_checks", [_row(check) for check in checks])
        for check in checks:
            self._connection.execute(
                "update tax_ids set check_due_at = %s"
                " where customer_id = %s and type = %s and value = %s",
                [due_at, check.customer_id, check.type, check.value],
            )

    def never_again(self, number: NumberToCheck) -> None:
        """Stop asking about a number that no register can be asked about."""
        self._connection.execute(
            "update tax_ids set check_due_at = null where customer_id = %s and type = %s",
            [number.customer_id, number.type],
        )


def check_of(row: dict[str, Any]) -> TaxIdCheck:
    """Return the check that a row of CHECK_FIELDS holds."""
    at = row.pop("created_at")
    return TaxIdCheck(**{**row, "checked_at": at, "outcome": Outcome(row["outcome"])})


def _row(check: TaxIdCheck) -> dict[str, Any]:
    return {
        "id": check.id,
        "customer_id": check.customer_id,
        "type": check.type,
        "value": check.value,
        "outcome": check.outcome,
        "register": check.register,
        "checked_on": check.checked_on,
        "checked_at": check.checked_at,
        "consultation_number": check.consultation_number,
        "name": check.name,
        "address": check.address,
        "detail": check.detail,
    }
