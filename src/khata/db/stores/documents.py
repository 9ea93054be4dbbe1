"""Documents as rows: which file was given out for which state of an invoice, and where it lies."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.rows import Connection

_COLUMNS = "id, invoice_id, version, credit_note_id, key, sha256, bytes, may_be_replaced"


@dataclass(frozen=True, slots=True)
class KeptAs:
    """What a file shows: a state of an invoice, or a credit note against it (its IRN or none)."""

    invoice_id: UUID
    version: str
    credit_note_id: UUID | None = None

    @property
    def kind(self) -> str:
        return "credit_note" if self.credit_note_id else "invoice"


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A file in the store; `may_be_replaced` once a person has seen that it is lost."""

    id: UUID
    shows: KeptAs
    key: str
    sha256: str
    bytes: int
    may_be_replaced: bool = False


class Documents:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, shown: KeptAs) -> KeptDocument | None:
        """Return the document that shows this, if one was kept."""
        row = self._connection.execute(
            f"""select {_COLUMNS} from documents
                 where tenant_id = current_tenant() and invoice_id = %s and kind = %s
                   and version = %s and replaced_at is null""",
            [shown.invoice_id, shown.kind, shown.version],
        ).fetchone()
        return None if row is None else KeptDocument(row[0], KeptAs(*row[1:4]), *row[4:])

    def keep(self, document: KeptDocument, at: datetime) -> KeptDocument:
        """Keep a document and return it; where another was kept first, return that one."""
        shown = document.shows
        self._connection.execute(
            """insert into documents
                 (id, kind, invoice_id, version, credit_note_id, key, sha256, bytes, rendered_at)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
               on conflict (tenant_id, invoice_id, kind, version) where replaced_at is null
               do nothing""",
            [
                document.id,
                shown.kind,
                shown.invoice_id,
                shown.version,
                shown.credit_note_id,
                document.key,
                document.sha256,
                document.bytes,
                at,
            ],
        )
        first = self.of(shown)
        assert first is not None  # ours, or the one that was in the way
        return first

    def let_be_replaced(self, id: UUID) -> UUID | None:
        """Allow another file in the place of one that is lost; return the invoice that it shows.

        Nothing is returned of a credit note: no mail waits for it, it is set when it is asked for.
        """
        row = self._connection.execute(
            """update documents set may_be_replaced = true
                where tenant_id = current_tenant() and id = %s and replaced_at is null
               returning case kind when 'invoice' then invoice_id end""",
            [id],
        ).fetchone()
        return None if row is None else row[0]

    def make_room(self, id: UUID, at: datetime) -> None:
        """Take a document that is lost out of the way of its successor; the row stays."""
        self._connection.execute(
            """update documents set replaced_at = %s
                where tenant_id = current_tenant() and id = %s and replaced_at is null""",
            [at, id],
        )
