"""Credit notes that become void: their rows, and what hangs on them."""

from datetime import datetime
from uuid import UUID

from khata.core.filing import FiledReturn
from khata.core.ids import public_id
from khata.core.note_voiding import StoredNote
from khata.core.refusal import NotFound
from khata.db.rows import Connection
from khata.db.stores.filings import Filings


class VoidNotes:
    """Table credit_notes, as far as voiding reads and writes it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, id: UUID) -> StoredNote:
        """Return a note. Raises: NotFound."""
        return self._one(id, "")

    def lock(self, id: UUID) -> StoredNote:
        """Return a note, locked; its invoice is locked before. Raises: NotFound."""
        return self._one(id, " for no key update")

    def credit_given(self, id: UUID) -> int:
        """Return what the note gave as credit, in minor units."""
        return self._number(
            "select coalesce(sum(amount), 0)::bigint from credit_entries"
            " where source_id = %s and cause = 'credit_note'",
            id,
        )

    def is_collecting(self, invoice_id: UUID) -> bool:
        """Say whether an attempt to collect the invoice is open, or may still bring money."""
        return bool(
            self._number(
                "select count(*) from attempts where invoice_id = %s and (status in"
                " ('sending', 'pending', 'unknown')"
                " or (status = 'failed' and late_until is not null))",
                invoice_id,
            )
        )

    def is_earned(self, id: UUID) -> bool:
        """Say whether a closed month has earned less by the note."""
        return bool(
            self._number(
                "select count(*) from credit_recognitions r join credit_note_lines l"
                " on l.tenant_id = r.tenant_id and l.id = r.credit_note_line_id"
                " where l.credit_note_id = %s",
                id,
            )
        )

    def hold_open(self, id: UUID) -> FiledReturn | None:
        """Return the return that has declared a note; none is filed until the commit."""
        row = self._connection.execute(
            "select n.registration_id, n.issued_on from registrations r join credit_notes n"
            " on n.tenant_id = r.tenant_id and n.registration_id = r.id"
            " where n.id = %s for share of r",
            [id],
        ).fetchone()
        return None if row is None else Filings(self._connection).closing(row[0], row[1])

    def void(self, note: StoredNote, at: datetime) -> None:
        """Stamp it, give its lines, taxes and invoice back what it took; it earns no more."""
        which = {"id": note.id, "at": at, "to_invoice": note.to_invoice}
        for statement in _VOID:
            self._connection.execute(statement.encode(), which)

    def _one(self, id: UUID, locking: str) -> StoredNote:
        row = self._connection.execute(
            "select id, number, invoice_id, registration_id, customer_id, currency, to_invoice,"
            " to_balance, to_refund, outside, cause, voided_at from credit_notes"
            f" where id = %s{locking}",
            [id],
        ).fetchone()
        if row is None:
            raise NotFound("credit note", public_id("cn", id))
        return StoredNote(*row)

    def _number(self, sql: str, id: UUID) -> int:
        row = self._connection.execute(sql.encode(), [id]).fetchone()
        return 0 if row is None else int(row[0])


_VOID = (
    "update credit_notes set voided_at = %(at)s where id = %(id)s",
    """update credit_note_lines set recognized_until = period_end
        where credit_note_id = %(id)s""",
    """update invoice_lines l set credited = l.credited - r.amount
         from (select invoice_id, line_position, sum(amount)::bigint as amount
                 from credit_note_lines where credit_note_id = %(id)s
                group by invoice_id, line_position) r
        where l.tenant_id = current_tenant() and l.invoice_id = r.invoice_id
          and l.position = r.line_position""",
    """update line_taxes t set credited = t.credited - r.amount
         from (select l.invoice_id, l.line_position, x.name, sum(x.amount)::bigint as amount
                 from credit_note_taxes x
                 join credit_note_lines l on l.tenant_id = x.tenant_id
                  and l.credit_note_id = x.credit_note_id and l.position = x.line_position
                where x.credit_note_id = %(id)s
                group by l.invoice_id, l.line_position, x.name) r
        where t.tenant_id = current_tenant() and t.invoice_id = r.invoice_id
          and t.line_position = r.line_position and t.name = r.name""",
    """update invoices i set amount_credited = i.amount_credited - %(to_invoice)s
         from credit_notes n
        where n.id = %(id)s and i.tenant_id = n.tenant_id and i.id = n.invoice_id""",
)
