"""Evidence as rows: texts as they were written, and where files are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from khata.db.rows import Connection, insert_rows


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """One text or file; `sent_at` is when the gateway took it."""

    id: UUID
    dispute_id: UUID
    kind: str
    topic: str
    text: str | None
    filename: str | None
    media_type: str | None
    size: int | None
    file_key: str | None
    sent_at: datetime | None
    created_at: datetime


_FIELDS = (
    "id, dispute_id, kind, topic, text, filename, media_type, size, file_key, sent_at, created_at"
)


class DisputeEvidence:
    """Table dispute_evidence."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, pieces: Sequence[KeptEvidence]) -> None:
        """Keep them; files are in the store before this."""
        names = _FIELDS.split(", ")
        rows = [{name: getattr(piece, name) for name in names} for piece in pieces]
        insert_rows(self._connection, "dispute_evidence", rows)

    def of(self, dispute_id: UUID) -> list[KeptEvidence]:
        """Return what is kept for a dispute, the oldest first."""
        with self._connection.cursor(row_factory=class_row(KeptEvidence)) as cursor:
            return cursor.execute(
                f"select {_FIELDS} from dispute_evidence where dispute_id = %s order by id",
                [dispute_id],
            ).fetchall()

    def sent(self, ids: Sequence[UUID], at: datetime) -> None:
        """Note that the gateway has taken these."""
        self._connection.execute(
            "update dispute_evidence set sent_at = %s where id = any(%s)", [at, list(ids)]
        )
