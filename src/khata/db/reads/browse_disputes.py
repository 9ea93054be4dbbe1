"""Questions of the dashboard's list of disputes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.reads.browse import Connection, Cursor, Page, paged, within


@dataclass(frozen=True, slots=True)
class DisputeRow:
    id: UUID
    invoice_id: UUID
    invoice: str
    customer_id: UUID
    customer: str
    currency: str
    amount: int
    reason: str
    status: str
    due_by: datetime | None
    evidence_sent_at: datetime | None


def disputes(
    connection: Connection,
    cursor: Cursor,
    *,
    status: str | None = None,
    search: str | None = None,
) -> Page[DisputeRow]:
    """Return a page of disputes; `status` is one of the page's words, which stand for several."""
    return paged(
        connection,
        DisputeRow,
        cursor,
        """
        select t.id, t.invoice_id, i.number as invoice, t.customer_id, c.name as customer,
               t.currency, t.amount, t.reason, t.status, t.due_by, t.evidence_sent_at
          from disputes t
          join invoices i on i.tenant_id = t.tenant_id and i.id = t.invoice_id
          join customers c on c.tenant_id = t.tenant_id and c.id = t.customer_id
        """,
        """(%(search)s::text is null or i.number ilike %(search)s or c.name ilike %(search)s)
           and (%(status)s::text is null
             or t.status = %(status)s
             or (%(status)s = 'to_answer'
                 and t.status in ('needs_response', 'warning_needs_response'))
             or (%(status)s = 'at_the_bank'
                 and t.status in ('under_review', 'warning_under_review')))""",
        status=status,
        search=within(search),
    )
