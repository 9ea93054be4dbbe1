"""Questions of the lists of credit notes, and of one note as the dashboard shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.db.reads.browse import Connection, Cursor, Page, paged, within
from khata.db.reads.closeup import PostingCloseup
from khata.db.reads.views import view, views


@dataclass(frozen=True, slots=True)
class NoteRow:
    id: UUID
    number: str
    invoice_id: UUID
    invoice: str
    customer_id: UUID
    customer: str
    currency: str
    total: int
    cause: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class NoteCloseup:
    """A credit note with the invoice that it credits; its lines come with their reasons."""

    id: UUID
    number: str
    invoice_id: UUID
    invoice: str
    link_token: str
    customer_id: UUID
    customer: str
    subscription_id: UUID | None
    currency: str
    subtotal: int
    tax: int
    round_off: int
    total: int
    to_invoice: int
    to_balance: int
    to_refund: int
    outside: int
    reason: str
    cause: str
    issued_on: date
    created_at: datetime
    treatment: str
    declare_by: date | None
    safe_until: date | None
    itc_reversal_status: str | None
    voided_at: datetime | None

    @property
    def is_closing(self) -> bool:
        return self.safe_until is not None and self.issued_on > self.safe_until


def credit_notes(
    connection: Connection,
    cursor: Cursor,
    *,
    search: str | None = None,
    customer: UUID | None = None,
    subscription: UUID | None = None,
) -> Page[NoteRow]:
    """Return a page of credit notes, found by their number, their invoice's or the customer."""
    return paged(
        connection,
        NoteRow,
        cursor,
        """
        select t.id, t.number, t.invoice_id, i.number as invoice, t.customer_id,
               c.name as customer, t.currency, t.total, t.cause, t.issued_on
          from credit_notes t
          join invoices i on i.id = t.invoice_id
          join customers c on c.id = t.customer_id
        """,
        """(%(search)s::text is null or t.number ilike %(search)s or i.number ilike %(search)s
             or c.name ilike %(search)s)
           and (%(customer)s::uuid is null or t.customer_id = %(customer)s)
           and (%(subscription)s::uuid is null or t.subscription_id = %(subscription)s)""",
        search=within(search),
        customer=customer,
        subscription=subscription,
    )


def credit_note(connection: Connection, id: UUID) -> NoteCloseup | None:
    return view(
        connection,
        NoteCloseup,
        """
        select n.id, n.number, n.invoice_id, i.number as invoice, i.link_token, n.customer_id,
               c.name as customer, n.subscription_id, n.currency, n.subtotal, n.tax, n.round_off,
               n.total, n.to_invoice, n.to_balance, n.to_refund, n.outside, n.reason, n.cause,
               n.issued_on, n.created_at, n.treatment, n.declare_by, n.safe_until,
               n.itc_reversal_status, n.voided_at
          from credit_notes n
          join invoices i on i.id = n.invoice_id
          join customers c on c.id = n.customer_id
         where n.id = %(id)s
        """,
        id=id,
    )


def postings(connection: Connection, note: UUID) -> list[PostingCloseup]:
    """Return what was booked of a credit note."""
    return views(
        connection,
        PostingCloseup,
        """
        select e.kind, p.booked_on, p.debit, p.credit, p.amount, p.currency
          from entries e join postings p on p.entry_id = e.id
         where e.source_id = %(note)s order by e.booked_on, e.id, p.position
        """,
        note=note,
    )
