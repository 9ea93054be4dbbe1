"""Confirmations of sales tax, as rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.tax.confirmations import Confirmation, Jurisdiction, UsedBy
from khata.core.tax.rate_table import decimal_percent
from khata.db.rows import Connection

CONFIRMATION_FIELDS = """id, state, postal_prefix, used_by, taxable_percent, jurisdictions,
    valid_from, valid_to, source, confirmed_by, created_at"""

# All of a tenant's as JSON, for the query that reads who sells; null where there are none.
CONFIRMATIONS_AS_JSON = """
    (select jsonb_agg(jsonb_build_object(
              'state', t.state, 'postal_prefix', t.postal_prefix, 'used_by', t.used_by,
              'taxable_percent', t.taxable_percent, 'jurisdictions', t.jurisdictions,
              'valid_from', t.valid_from, 'valid_to', t.valid_to, 'source', t.source)
            order by t.state, t.id)
       from tax_confirmations t)
"""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmation and who gave it."""

    id: UUID
    confirmation: Confirmation
    confirmed_by: str
    created_at: datetime


class TaxConfirmations:
    """Table tax_confirmations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Confirmed]:
        return self._where("order by state, id")

    def get(self, id: UUID) -> Confirmed | None:
        """Return a confirmation, or None."""
        return next(iter(self._where("where id = %s", id)), None)

    def add(self, new: Confirmed) -> None:
        one = new.confirmation
        rates = [
            {"name": part.name, "percent": decimal_percent(part.percent)}
            for part in one.jurisdictions
        ]
        self._connection.execute(
            f"insert into tax_confirmations ({CONFIRMATION_FIELDS})"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                new.id,
                one.state,
                one.postal_prefix,
                one.used_by,
                one.taxable_percent,
                Jsonb(rates),
                one.valid_from,
                one.valid_to,
                one.source,
                new.confirmed_by,
                new.created_at,
            ],
        )

    def end(self, id: UUID, last_day: date) -> None:
        """Let a confirmation hold no longer than to a day."""
        self._connection.execute(
            "update tax_confirmations set valid_to = %s where id = %s", [last_day, id]
        )

    def _where(self, condition: str, *parameters: object) -> list[Confirmed]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {CONFIRMATION_FIELDS} from tax_confirmations {condition}", parameters
            ).fetchall()
        return [confirmed_of(row) for row in rows]


def confirmed_of(row: Mapping[str, Any]) -> Confirmed:
    """Return what a row of CONFIRMATION_FIELDS holds."""
    return Confirmed(row["id"], _confirmation(row), row["confirmed_by"], row["created_at"])


def confirmations_of(rows: list[dict[str, Any]] | None) -> tuple[Confirmation, ...]:
    """Return what CONFIRMATIONS_AS_JSON has read."""
    return tuple(_confirmation(row) for row in rows or ())


def _confirmation(row: Mapping[str, Any]) -> Confirmation:
    return Confirmation(
        row["state"],
        row["postal_prefix"],
        UsedBy(row["used_by"]),
        row["taxable_percent"],
        tuple(Jurisdiction(one["name"], Fraction(one["percent"])) for one in row["jurisdictions"]),
        _day(row["valid_from"]),
        None if row["valid_to"] is None else _day(row["valid_to"]),
        row["source"],
    )


def _day(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
