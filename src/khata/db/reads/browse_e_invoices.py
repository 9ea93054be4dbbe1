"""Questions of the page of e-invoices: what waits, what failed, what is registered."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from khata.core.e_invoice.standing import URGENT_FROM_DAY
from khata.db.reads.browse import Connection, Cursor, Page, paged, within
from khata.db.reads.views import views


@dataclass(frozen=True, slots=True)
class EInvoiceRow:
    """An invoice or credit note, and where it stands at the portal."""

    id: UUID
    kind: str
    invoice_id: UUID
    credit_note_id: UUID | None
    number: str
    customer_id: UUID
    customer: str
    issued_on: date
    state: str
    irn: str | None
    error: str | None
    next_try_at: datetime | None
    last_day: date | None
    is_void: bool
    ack_at: datetime | None
    created_at: datetime

    def is_urgent(self, today: date) -> bool:
        if self.irn is not None or self.last_day is None or self.state == "not_applicable":
            return False
        return today >= self.issued_on + timedelta(days=URGENT_FROM_DAY - 1)


_ROWS = """
    select t.id, t.kind, t.invoice_id, t.credit_note_id, coalesce(n.number, i.number) as number,
           i.customer_id, c.name as customer, coalesce(n.issued_on, i.issued_on) as issued_on,
           t.state, t.irn, t.error, t.next_try_at, t.last_day, i.status = 'void' as is_void,
           t.ack_at, t.created_at
      from e_invoices t
      join invoices i on i.tenant_id = t.tenant_id and i.id = t.invoice_id
      join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
      left join credit_notes n on n.tenant_id = t.tenant_id and n.id = t.credit_note_id
"""


def e_invoices(
    connection: Connection, cursor: Cursor, *, state: str | None = None, search: str | None = None
) -> Page[EInvoiceRow]:
    """Return e-invoices, newest first. `search`: a customer, a number, or an IRN."""
    return paged(
        connection,
        EInvoiceRow,
        cursor,
        _ROWS,
        """(%(state)s::text is null or t.state = %(state)s)
           and (%(search)s::text is null or c.name ilike %(search)s or i.number ilike %(search)s
                or n.number ilike %(search)s or t.irn ilike %(search)s)""",
        state=state,
        search=within(search),
    )


def e_invoices_to_look_at(connection: Connection, *, most: int = 25) -> list[EInvoiceRow]:
    """Return those that get no IRN by themselves, the oldest first."""
    return views(
        connection,
        EInvoiceRow,
        f"{_ROWS} where t.state in ('failed', 'manual') order by t.id limit %(most)s",
        most=most,
    )
