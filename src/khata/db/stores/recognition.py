"""Recognition as rows: lines not yet earned whole, and what each month earned of them."""

from collections.abc import Sequence
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
        rows = self._connection.execute(
            """select l.invoice_id, l.position, i.currency, l.amount, l.period_start,
                      l.period_end, l.recognized_until
                 from invoice_lines l
                 join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
                where l.tenant_id = current_tenant()
                  and l.recognized_until < least(l.period_end, %(end)s)
                  and l.recognized_until < l.period_end and l.recognized_until < %(end)s
                  and i.status <> 'void' and i.issued_on < %(end)s
                order by l.invoice_id, l.position limit %(limit)s
                for no key update of l""",
            {"end": month_end, "limit": limit},
        )
        return [
            Unearned(row[0], row[1], row[2], row[3], Period(row[4], row[5]), row[6]) for row in rows
        ]

    def lock_unearned_of(self, invoice_id: UUID) -> list[Unearned]:
        """Lock an invoice's lines that are not earned whole; waits for a month being closed."""
        rows = self._connection.execute(
            """select l.invoice_id, l.position, i.currency, l.amount, l.period_start,
                      l.period_end, l.recognized_until
                 from invoice_lines l
                 join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
                where l.invoice_id = %s and l.recognized_until < l.period_end
                order by l.position
                for no key update of l""",
            [invoice_id],
        )
        return [
            Unearned(row[0], row[1], row[2], row[3], Period(row[4], row[5]), row[6]) for row in rows
        ]

    def go_on(self, invoice_id: UUID, day: date) -> None:
        """Let an invoice whose recognition was ended be earned again, from this day."""
        self._connection.execute(
            "update invoice_lines "
            "set recognized_until = least(period_end, greatest(period_start, %s)) "
            "where invoice_id = %s",
            [day, invoice_id],
        )

    def store(self, earned: Sequence[Earned], *, month_end: date, entry_id: UUID | None) -> None:
        """Write what the month earned, and how far each line has come."""
        rows = as_json(
            [
                {
                    "invoice_id": part.invoice_id,
                    "line_position": part.position,
                    "month_end": month_end,
                    "amount": part.amount,
                    "entry_id": entry_id,
                }
                for part in earned
            ]
        )
        self._connection.execute(
            """insert into recognitions (invoice_id, line_position, month_end, amount, entry_id)
               select invoice_id, line_position, month_end, amount, entry_id
                 from json_populate_recordset(null::recognitions, %s::json)""",
            [rows],
        )
        self._connection.execute(
            """update invoice_lines l set recognized_until = least(l.period_end, %s)
                 from json_populate_recordset(null::recognitions, %s::json) r
                where l.tenant_id = current_tenant() and l.invoice_id = r.invoice_id
                  and l.position = r.line_position""",
            [month_end, rows],
        )

    def recognized_of(self, invoice_id: UUID) -> int:
        """Return what has been earned of an invoice so far, net, in minor units."""
        row = self._connection.execute(
            "select coalesce(sum(amount), 0)::bigint from recognitions where invoice_id = %s",
            [invoice_id],
        ).fetchone()
        assert row is not None
        return int(row[0])

    def net_of(self, invoice_id: UUID) -> int:
        """Return what an invoice's lines bring before tax, in minor units."""
        row = self._connection.execute(
            "select coalesce(sum(amount), 0)::bigint from invoice_lines where invoice_id = %s",
            [invoice_id],
        ).fetchone()
        assert row is not None
        return int(row[0])

    def end(self, invoice_id: UUID) -> None:
        """Let nothing more be earned of an invoice."""
        self._connection.execute(
            "update invoice_lines set recognized_until = period_end where invoice_id = %s",
            [invoice_id],
        )
