"""Rules of which registration issues, as rows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg.rows import dict_row

from khata.core.registration_rules import RegistrationRule
from khata.db.rows import Connection

RULE_FIELDS = """id, registration_id, product_id, country, state, valid_from, valid_to,
    created_at"""

# All rules as JSON, for the query that reads the default; null where there are none.
RULES_AS_JSON = f"(select json_agg(u)::text from (select {RULE_FIELDS} from registration_rules) u)"


class RegistrationRules:
    """Table registration_rules."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, rule: RegistrationRule, at: datetime) -> None:
        self._connection.execute(
            f"insert into registration_rules ({RULE_FIELDS})"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                rule.id,
                rule.registration_id,
                rule.product_id,
                rule.country,
                rule.state,
                rule.valid_from,
                rule.valid_to,
                at,
            ],
        )

    def row(self, id: UUID) -> dict[str, Any] | None:
        """Return a rule as a row of RULE_FIELDS, or None."""
        return next(iter(self._rows("where id = %s", id)), None)

    def end(self, id: UUID, last_day: date) -> None:
        """Let a rule hold no longer than to a day."""
        self._connection.execute(
            "update registration_rules set valid_to = %s where id = %s", [last_day, id]
        )

    def _rows(self, condition: str, *parameters: object) -> list[dict[str, Any]]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(
                f"select {RULE_FIELDS} from registration_rules {condition}", parameters
            ).fetchall()


def rules_of(text: str | None) -> list[RegistrationRule]:
    """Return what RULES_AS_JSON has read."""
    return [] if text is None else [_rule(row) for row in orjson.loads(text)]


def _rule(row: dict[str, Any]) -> RegistrationRule:
    product, ends = row["product_id"], row["valid_to"]
    return RegistrationRule(
        UUID(row["id"]),
        UUID(row["registration_id"]),
        None if product is None else UUID(product),
        row["country"],
        row["state"],
        date.fromisoformat(row["valid_from"]),
        None if ends is None else date.fromisoformat(ends),
    )
