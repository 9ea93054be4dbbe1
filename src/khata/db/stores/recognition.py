"""Recognition as rows: lines not yet earned whole, and what each month earned of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from khata.core.ledger.recognition import Earned, Unearned
from khata.core.periods import Period
from khata.db.rows import Connection, as_json


class Recognition:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_unearned(self, month_end: date, *, limit: int) -> list[Unearned]:
        """Lock lines that have something to earn before `month_end`; a void invoice has not.

        Nothing is earned in the books before its invoice is: what an invoice that came late has
        earned of the months before is earned with the month it was issued in.
        """
        unearned = self._unearned(_LINES, _BEFORE.format("i"), {"end": month_end, "limit": limit})
        if len(unearned) < limit:
            rest = {"end": month_end, "limit": limit - len(unearned)}
            unearned += self._unearned(_CREDIT_LINES, _BEFORE.format("n"), rest)
        return unearned

    def lock_unearned_of(self, invoice_id: UUID) -> list[Unearned]:
        """Lock an invoice's lines that are not earned whole; waits for a month being closed."""
        of = {"invoice": invoice_id}
        return [
            *self._unearned(_LINES, _OF_INVOICE, of),
            *self._unearned(_CREDIT_LINES, _OF_INVOICE, of),
        ]

    def _unearned(self, lines: str, condition: str, values: Mapping[str, object]) -> list[Unearned]:
        rows = self._connection.execute(lines + condition, values)
        return [
            Unearned(row[0], row[1], row[2], row[3], Period(row[4], row[5]), row[6], row[7])
            for row in rows
        ]

    def go_on(self, invoice_id: UUID, day: date) -> None:
        """Let an invoice whose recognition was ended be earned again, from this day."""
        for table in ("invoice_lines", "credit_note_lines"):
            self._connection.execute(
                f"update {table} "
                "set recognized_until = least(period_end, greatest(period_start, %s)) "
                "where invoice_id = %s",
                [day, invoice_id],
            )

    def store(self, earned: Sequence[Earned], *, month_end: date, entry_id: UUID | None) -> None:
        """Write what the month earned, and how far each line has come."""
        fixed = {"month_end": month_end, "entry_id": entry_id}
        lines = [part for part in earned if part.credit_line_id is None]
        if lines:
            rows = [
                {"invoice_id": p.invoice_id, "line_position": p.position, "amount": p.amount}
                for p in lines
            ]
            self._connection.execute(_STORE, {"rows": as_json(rows), **fixed})
        credits = [part for part in earned if part.credit_line_id is not None]
        if credits:
            rows = [{"credit_note_line_id": p.credit_line_id, "amount": p.amount} for p in credits]
            self._connection.execute(_STORE_CREDITS, {"rows": as_json(rows), **fixed})

    def recognized_of(self, invoice_id: UUID) -> int:
        """Return what has been earned of an invoice so far, net, less what was credited of it."""
        return self._sum(
            """select (select coalesce(sum(amount), 0) from recognitions where invoice_id = %(id)s)
                 + (select coalesce(sum(r.amount), 0)
                      from credit_recognitions r join credit_note_lines l
                        on l.tenant_id = r.tenant_id and l.id = r.credit_note_line_id
                     where l.invoice_id = %(id)s)""",
            invoice_id,
        )

    def net_of(self, invoice_id: UUID) -> int:
        """Return what an invoice's lines bring before tax, less what was credited of them."""
        return self._sum(
            "select coalesce(sum(amount - credited), 0) from invoice_lines "
            "where invoice_id = %(id)s",
            invoice_id,
        )

    def _sum(self, sql: str, invoice_id: UUID) -> int:
        row = self._connection.execute(sql, {"id": invoice_id}).fetchone()
        assert row is not None
        return int(row[0])

    def end(self, invoice_id: UUID) -> None:
        """Let nothing more be earned of an invoice."""
        for table in ("invoice_lines", "credit_note_lines"):
            self._connection.execute(
                f"update {table} set recognized_until = period_end where invoice_id = %s",
                [invoice_id],
            )


_LINES = """
    select l.invoice_id, l.position, i.currency, l.amount, l.period_start, l.period_end,
           l.recognized_until, null::uuid
      from invoice_lines l join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
"""
_CREDIT_LINES = """
    select l.invoice_id, l.position, i.currency, -l.amount, l.period_start, l.period_end,
           l.recognized_until, l.id
      from credit_note_lines l
      join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
      join credit_notes n on n.tenant_id = l.tenant_id and n.id = l.credit_note_id
"""
_BEFORE = """
     where l.tenant_id = current_tenant()
       and l.recognized_until < least(l.period_end, %(end)s)
       and l.recognized_until < l.period_end and l.recognized_until < %(end)s
       and i.status <> 'void' and {}.issued_on < %(end)s
     order by l.invoice_id, l.position limit %(limit)s
       for no key update of l
"""
_OF_INVOICE = """
     where l.invoice_id = %(invoice)s and l.recognized_until < l.period_end
     order by l.position
       for no key update of l
"""

_STORE = """
    with earned as materialized (
      select * from json_to_recordset(%(rows)s::json)
        as r(invoice_id uuid, line_position smallint, amount bigint)
    ), stored as (
      insert into recognitions (invoice_id, line_position, month_end, amount, entry_id)
      select invoice_id, line_position, %(month_end)s, amount, %(entry_id)s from earned
    )
    update invoice_lines l set recognized_until = least(l.period_end, %(month_end)s)
      from earned r
     where l.tenant_id = current_tenant() and l.invoice_id = r.invoice_id
       and l.position = r.line_position
"""
_STORE_CREDITS = """
    with earned as materialized (
      select * from json_to_recordset(%(rows)s::json)
        as r(credit_note_line_id uuid, amount bigint)
    ), stored as (
      insert into credit_recognitions (credit_note_line_id, month_end, amount, entry_id)
      select credit_note_line_id, %(month_end)s, amount, %(entry_id)s from earned
    )
    update credit_note_lines l set recognized_until = least(l.period_end, %(month_end)s)
      from earned r
     where l.tenant_id = current_tenant() and l.id = r.credit_note_line_id
"""
