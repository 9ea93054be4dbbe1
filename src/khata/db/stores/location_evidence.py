"""Evidence of where customers are, as rows."""

from typing import Any, Final

from khata.core.tax.location import EvidenceType, KeptEvidence
from khata.db.rows import Connection

EVIDENCE_FIELDS: Final = "id, customer_id, type, country, captured_at, source, created_at"


class LocationEvidence:
    """Table location_evidence."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, one: KeptEvidence) -> None:
        self._connection.execute(
            f"insert into location_evidence ({EVIDENCE_FIELDS})"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [
                one.id,
                one.customer_id,
                one.type,
                one.country,
                one.captured_at,
                one.source,
                one.created_at,
            ],
        )


def evidence_of(row: dict[str, Any]) -> KeptEvidence:
    """Return the item that a row of EVIDENCE_FIELDS holds."""
    return KeptEvidence(**{**row, "type": EvidenceType(row["type"])})
