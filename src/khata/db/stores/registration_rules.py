"""Rules of which registration issues, as rows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.registration_rules import RegistrationRule
from khata.db.rows import Connection

RULE_FIELDS = """id, registration_id, product_id, country, state, valid_from, valid_to,
    created_at"""


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

    def all(self) -> list[RegistrationRule]:
        """Return every rule."""
        return [rule_of(row) for row in self._rows("")]

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


def rule_of(row: dict[str, Any]) -> RegistrationRule:
    """Return the rule that a row of RULE_FIELDS holds."""
    return RegistrationRule(**{name: row[name] for name in RegistrationRule.__slots__})
