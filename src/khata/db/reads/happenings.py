"""Lists of what happened by itself: events, mails, billing runs, and work set aside."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from khata.core.events import StoredEvent
from khata.core.refusal import NotFound
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.runs import BillingRun


@dataclass(frozen=True, slots=True)
class MailView:
    """A mail; its words are there once it is written. `number` is the attached invoice's."""

    id: UUID
    kind: str
    status: str
    customer_id: UUID | None
    invoice_id: UUID | None
    subscription_id: UUID | None
    payment_id: UUID | None
    recipient: str
    sender: str | None
    subject: str | None
    html: str | None
    text: str | None
    attaches_invoice: bool
    number: str | None
    error: str | None
    created_at: datetime
    sent_at: datetime | None
    credit_note_id: UUID | None
    note_number: str | None  # the credit note that travels with it
    voucher_id: UUID | None
    voucher_number: str | None  # … or the voucher


@dataclass(frozen=True, slots=True)
class ParkedView:
    """Work set aside: the kind and id of its subject, and why."""

    id: UUID
    kind: str
    subject_id: UUID
    code: str
    reason: str
    resume_at: datetime | None
    at: datetime
    released_at: datetime | None
    released_by: str | None


def _event(row: dict[str, Any]) -> StoredEvent:
    return StoredEvent(**row)


def _mail(row: dict[str, Any]) -> MailView:
    return MailView(**row)


def _run(row: dict[str, Any]) -> BillingRun:
    return BillingRun(**row)


def _parked(row: dict[str, Any]) -> ParkedView:
    return ParkedView(**row)


EVENTS: Listing[StoredEvent] = Listing(
    source="(select *, at as created_at from events) e",
    fields="id, type, subject_id, sequence, facts, at",
    of=_event,
    prefix="evt",
    what="event",
    filters={"type": Filter("type = %s")},
)

# What events are about: prefix → table and name.
_SUBJECTS: Final[dict[str, tuple[LiteralString, str]]] = {
    "sub": ("subscriptions", "subscription"),
    "cus": ("customers", "customer"),
    "inv": ("invoices", "invoice"),
    "pay": ("payments", "payment"),
    "re": ("refunds", "refund"),
    "we": ("webhook_endpoints", "webhook endpoint"),
}


def events_about(subject: str) -> Listing[StoredEvent]:
    """Return the list that can be narrowed by this subject's kind. Raises: NotFound."""
    prefix = subject.partition("_")[0]
    if prefix not in _SUBJECTS:
        raise NotFound("subject of events", subject[:64], param="subject")
    table, what = _SUBJECTS[prefix]
    about = Filter("subject_id = %s", prefix=prefix, refers=table, what=what)
    return replace(EVENTS, filters={**EVENTS.filters, "subject": about})


MAILS: Listing[MailView] = Listing(
    source="mails m",
    fields="""
        m.id, m.kind, m.status, m.customer_id, m.invoice_id, m.subscription_id, m.payment_id,
        m.recipient, m.sender, m.subject, m.html, m.text, m.attaches_invoice,
        (select i.number from invoices i where i.id = m.invoice_id) as number,
        m.error, m.created_at, m.sent_at, m.credit_note_id,
        (select n.number from credit_notes n where n.id = m.credit_note_id) as note_number,
        m.voucher_id, (select v.number from vouchers v where v.id = m.voucher_id) as voucher_number
    """,
    of=_mail,
    prefix="mail",
    what="mail",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "invoice": Filter("invoice_id = %s", prefix="inv", refers="invoices", what="invoice"),
        "kind": Filter("kind = %s"),
    },
)

BILLING_RUNS: Listing[BillingRun] = Listing(
    source="billing_runs",
    fields="id, as_of, status, invoices, parked, cause, created_at, finished_at",
    of=_run,
    prefix="run",
    what="billing run",
)

PARKED: Listing[ParkedView] = Listing(
    source="(select *, at as created_at from parked) p",
    fields="id, kind, subject_id, code, reason, resume_at, at, released_at, released_by",
    of=_parked,
    prefix="park",
    what="parked work",
    filters={
        "status": Filter("(released_at is null) = (%s = 'waiting')"),
        "kind": Filter("kind = %s"),
    },
)
