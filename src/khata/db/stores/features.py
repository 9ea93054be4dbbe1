"""Features, and what plans give of them, as rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.entitlements import Combine, Entitlement, Feature, FeatureType, value_of
from khata.db.rows import Connection

FEATURE_FIELDS = "id, code, name, type, unit, combine, meter, metadata, created_at"
ENTITLEMENT_FIELDS = (
    "id, plan_id, feature_id, value, per_unit, while_paused, guards_use, created_at"
)


class Features:
    """Tables features and plan_entitlements."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, feature: Feature) -> bool:
        """Add the feature; answer False when its code is taken."""
        cursor = self._connection.execute(
            f"insert into features ({FEATURE_FIELDS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (tenant_id, code) do nothing",
            [
                feature.id,
                feature.code,
                feature.name,
                feature.type,
                feature.unit,
                feature.combine,
                feature.meter,
                Jsonb(dict(feature.metadata)),
                feature.created_at,
            ],
        )
        return cursor.rowcount == 1

    def get(self, id: UUID) -> Feature | None:
        """Return the feature, or None."""
        return next(iter(self._features("where id = %s", [id])), None)

    def lock(self, id: UUID) -> Feature | None:
        """Return the feature, held until the transaction ends, or None."""
        return next(iter(self._features("where id = %s for update", [id])), None)

    def change(self, feature: Feature) -> None:
        """Write its name and metadata; nothing else of a feature may change."""
        self._connection.execute(
            "update features set name = %s, metadata = %s where id = %s",
            [feature.name, Jsonb(dict(feature.metadata)), feature.id],
        )

    def plans_with(self, id: UUID) -> int:
        """Return how many plans give something of the feature."""
        row = self._connection.execute(
            "select count(*) from plan_entitlements where feature_id = %s", [id]
        ).fetchone()
        assert row is not None
        count: int = row[0]
        return count

    def remove(self, id: UUID) -> None:
        """Remove a feature that no plan gives."""
        self._connection.execute("delete from features where id = %s", [id])

    def entitle(self, entitlement: Entitlement) -> bool:
        """Add what a plan gives; answer False when it gives the feature already."""
        cursor = self._connection.execute(
            f"insert into plan_entitlements ({ENTITLEMENT_FIELDS})"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (tenant_id, plan_id, feature_id) do nothing",
            [
                entitlement.id,
                entitlement.plan_id,
                entitlement.feature_id,
                Jsonb(entitlement.value),
                entitlement.per_unit,
                entitlement.while_paused,
                entitlement.guards_use,
                entitlement.created_at,
            ],
        )
        return cursor.rowcount == 1

    def entitlement(self, id: UUID) -> Entitlement | None:
        """Return what a plan gives of a feature, or None."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select {ENTITLEMENT_FIELDS} from plan_entitlements where id = %s", [id]
            ).fetchone()
        return entitlement_of(row) if row else None

    def change_entitlement(self, entitlement: Entitlement) -> None:
        self._connection.execute(
            "update plan_entitlements set value = %s, per_unit = %s, while_paused = %s,"
            " guards_use = %s where id = %s",
            [
                Jsonb(entitlement.value),
                entitlement.per_unit,
                entitlement.while_paused,
                entitlement.guards_use,
                entitlement.id,
            ],
        )

    def withdraw(self, id: UUID) -> None:
        """Remove what a plan gives of a feature."""
        self._connection.execute("delete from plan_entitlements where id = %s", [id])

    def _features(self, rest: str, parameters: Sequence[Any]) -> list[Feature]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(f"select {FEATURE_FIELDS} from features {rest}", parameters)
            return [feature_of(row) for row in rows]


def feature_of(row: dict[str, Any]) -> Feature:
    """Return the feature that a row of FEATURE_FIELDS holds."""
    row["type"], row["combine"] = FeatureType(row["type"]), Combine(row["combine"])
    return Feature(**row)


def entitlement_of(row: dict[str, Any]) -> Entitlement:
    """Return the entitlement that a row of ENTITLEMENT_FIELDS holds."""
    row["value"] = value_of(row["value"])
    return Entitlement(**row)
