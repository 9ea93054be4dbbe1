"""Lists of credit notes, with lines and taxes, and of scheduled changes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from khata.core.waiting import ScheduledChange
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.schedule import SCHEDULE_FIELDS, scheduled_change_of


@dataclass(frozen=True, slots=True)
class CreditNoteView:
    id: UUID
    number: str
    invoice_id: UUID
    customer_id: UUID
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
    lines: tuple[dict[str, Any], ...]
    treatment: Literal["gst", "commercial"]
    declare_by: date | None
    safe_until: date | None
    itc_reversal_status: Literal["unknown", "accepted", "rejected"] | None
    voided_at: datetime | None

    @property
    def is_closing(self) -> bool:
        """Whether it is dated so late that only a return filed early declares it in time."""
        return self.safe_until is not None and self.issued_on > self.safe_until


def _note(row: dict[str, Any]) -> CreditNoteView:
    return CreditNoteView(**{**row, "lines": tuple(row["lines"])})


_BY = {
    "subscription": Filter(
        "subscription_id = %s", prefix="sub", refers="subscriptions", what="subscription"
    )
}

CREDIT_NOTES: Listing[CreditNoteView] = Listing(
    source="credit_notes n",
    fields="""
        n.id, n.number, n.invoice_id, n.customer_id, n.subscription_id, n.currency, n.subtotal,
        n.tax, n.round_off, n.total, n.to_invoice, n.to_balance, n.to_refund, n.outside, n.reason,
        n.cause, n.issued_on, n.created_at, n.treatment, n.declare_by, n.safe_until,
        n.itc_reversal_status, n.voided_at,
        (select coalesce(jsonb_agg(to_jsonb(v) - 'position' order by v.position), '[]')
           from (select l.position, l.description, l.amount, l.tax_code, l.period_start,
                        l.period_end, l.basis,
                        (select coalesce(jsonb_agg(to_jsonb(t) - 'position' order by t.position),
                                         '[]')
                           from (select x.position, x.name, x.rate, x.taxable, x.amount
                                   from credit_note_taxes x
                                  where x.credit_note_id = n.id
                                    and x.line_position = l.position) t) as taxes
                   from credit_note_lines l where l.credit_note_id = n.id) v) as lines
    """,
    of=_note,
    prefix="cn",
    what="credit note",
    filters={
        **_BY,
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "invoice": Filter("invoice_id = %s", prefix="inv", refers="invoices", what="invoice"),
    },
)

CHANGES: Listing[ScheduledChange] = Listing(
    source="scheduled_changes c",
    fields=SCHEDULE_FIELDS,
    of=scheduled_change_of,
    prefix="chg",
    what="scheduled change",
    filters={**_BY, "status": Filter("status = %s")},
)
