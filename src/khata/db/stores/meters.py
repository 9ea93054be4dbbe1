"""Meters, as rows."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.ids import public_id
from khata.core.metering import Aggregation, Meter, PropertyFilter
from khata.core.refusal import NotFound
from khata.db.rows import Connection

METER_FIELDS = "id, code, name, aggregation, field, filters, resets, created_at, archived_at"


class Meters:
    """Table meters."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, meter: Meter) -> bool:
        """Add the meter; answer False when its code is taken."""
        cursor = self._connection.execute(
            f"insert into meters ({METER_FIELDS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (tenant_id, code) do nothing",
            [
                meter.id,
                meter.code,
                meter.name,
                meter.aggregation,
                meter.field,
                Jsonb([{"property": f.property, "one_of": list(f.one_of)} for f in meter.filters]),
                meter.resets,
                meter.created_at,
                meter.archived_at,
            ],
        )
        return cursor.rowcount == 1

    def get(self, id: UUID) -> Meter:
        """Return a meter. Raises: NotFound."""
        return self._one("where id = %s", id)

    def lock(self, id: UUID) -> Meter:
        """Return a meter, held until the transaction ends. Raises: NotFound."""
        return self._one("where id = %s for no key update", id)

    def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Meter]:
        """Return those of the meters that exist, by id."""
        if not ids:
            return {}
        return {one.id: one for one in self._meters("where id = any(%s)", [list(ids)])}

    def by_codes(self, codes: Collection[str]) -> dict[str, Meter]:
        """Return those of the meters that exist, by code."""
        if not codes:
            return {}
        return {one.code: one for one in self._meters("where code = any(%s)", [list(codes)])}

    def archive(self, id: UUID, at: datetime) -> None:
        self._connection.execute("update meters set archived_at = %s where id = %s", [at, id])

    def _one(self, which: str, id: UUID) -> Meter:
        found = self._meters(which, [id])
        if not found:
            raise NotFound("meter", public_id("mtr", id))
        return found[0]

    def _meters(self, which: str, parameters: Sequence[Any]) -> list[Meter]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(f"select {METER_FIELDS} from meters {which}", parameters)
            return [meter_of(row) for row in rows]


def meter_of(row: dict[str, Any]) -> Meter:
    """Return the meter that a row of METER_FIELDS holds."""
    row["aggregation"] = Aggregation(row["aggregation"])
    row["filters"] = tuple(
        PropertyFilter(one["property"], tuple(one["one_of"])) for one in row["filters"]
    )
    return Meter(**row)
