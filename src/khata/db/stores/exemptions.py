"""Exemptions as rows, and as the text that the queries of buyers bring."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg.rows import dict_row

from khata.core.tax.exemptions import Exemption, ExemptionKind
from khata.db.rows import Connection

EXEMPTION_FIELDS = """id, customer_id, country, state, kind, certificate, valid_from, valid_to,
    reason, created_at"""
_FIELDS = "id, country, state, kind, certificate, valid_from, valid_to, reason"

# The exemptions of customer `c` as JSON; null without a look at the table where it has none.
EXEMPTIONS_OF = f"""
    case when c.has_exemptions then (
      select json_agg(e)::text from (
        select {_FIELDS} from exemptions x
         where x.tenant_id = c.tenant_id and x.customer_id = c.id order by valid_from, id) e)
    end
"""


class Exemptions:
    """Table exemptions; a customer's own flag says whether it has any."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, customer_id: UUID, exemption: Exemption, at: datetime) -> None:
        self._connection.execute(
            f"insert into exemptions (customer_id, created_at, {_FIELDS})"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                customer_id,
                at,
                exemption.id,
                exemption.country,
                exemption.state,
                exemption.kind,
                exemption.certificate,
                exemption.valid_from,
                exemption.valid_to,
                exemption.reason,
            ],
        )
        self._connection.execute(
            "update customers set has_exemptions = true where id = %s", [customer_id]
        )

    def end(self, id: UUID, last_day: date) -> None:
        """Let an exemption hold no longer than to a day."""
        self._connection.execute(
            "update exemptions set valid_to = %s where id = %s", [last_day, id]
        )

    def row(self, id: UUID) -> dict[str, Any] | None:
        """Return an exemption as a row of EXEMPTION_FIELDS, or None."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(
                f"select {EXEMPTION_FIELDS} from exemptions where id = %s", [id]
            ).fetchone()

    def get(self, id: UUID) -> tuple[UUID, Exemption] | None:
        """Return whose an exemption is, and the exemption; or None."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select customer_id, {_FIELDS} from exemptions where id = %s", [id]
            ).fetchone()
        return None if row is None else (row.pop("customer_id"), exemption_of(row))


def exemptions_of(text: str | None) -> tuple[Exemption, ...]:
    """Return what EXEMPTIONS_OF has read."""
    if text is None:
        return ()
    return tuple(exemption_of(row | {"id": UUID(row["id"])}) for row in orjson.loads(text))


def exemption_of(row: Mapping[str, Any]) -> Exemption:
    """Return the exemption that a row, or its JSON, holds."""
    return Exemption(
        id=row["id"],
        country=row["country"],
        state=row["state"],
        kind=ExemptionKind(row["kind"]),
        certificate=row["certificate"],
        valid_from=_day(row["valid_from"]),
        valid_to=None if row["valid_to"] is None else _day(row["valid_to"]),
        reason=row["reason"],
    )


def _day(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
