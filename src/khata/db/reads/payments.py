"""Lists of payments, with every attempt to collect them and what was given back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.db.reads.lists import Filter, Listing


@dataclass(frozen=True, slots=True)
class AttemptMoveView:
    """One change of an attempt; `moved_at` is when it was told."""

    from_status: str | None
    to_status: str
    said_by: str
    gateway_reference: str | None
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One call to a gateway, or money that came directly: then `gateway` says how."""

    id: UUID
    number: int
    cause: str
    status: str
    gateway: str
    token: str
    payment_method_id: UUID | None
    amount: int
    fee: int
    decline_class: str | None
    decline_code: str | None
    gateway_reference: str | None
    fallback_of_id: UUID | None
    created_at: datetime
    finished_at: datetime | None
    moves: tuple[AttemptMoveView, ...]


@dataclass(frozen=True, slots=True)
class RefundView:
    id: UUID
    attempt_id: UUID
    amount: int
    reason: str
    number: int
    status: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeView:
    """What the payer was told, or is to be told, before a debit by mandate."""

    amount: int
    currency: str
    told_by: str
    told_at: datetime | None
    debit_at: datetime
    opted_out_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentView:
    id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: int
    currency: str
    status: str
    decline_count: int
    last_decline_code: str | None
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    attempts: tuple[AttemptView, ...]
    refunds: tuple[RefundView, ...]
    notice: NoticeView | None
    spaced_until: datetime | None


def _payment(row: dict[str, Any]) -> PaymentView:
    row["attempts"] = tuple(_attempt(attempt) for attempt in row["attempts"])
    row["refunds"] = tuple(RefundView(**_plain(refund)) for refund in row["refunds"])
    row["notice"] = NoticeView(**_plain(row["notice"])) if row["notice"] else None
    return PaymentView(**row)


def _attempt(row: dict[str, Any]) -> AttemptView:
    moves = tuple(AttemptMoveView(**_plain(move)) for move in row.pop("moves"))
    return AttemptView(**_plain(row), moves=moves)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Read ids and instants back from the text that JSON has for them."""
    for name, value in row.items():
        if value is not None and (name == "id" or name.endswith("_id")):
            row[name] = UUID(value)
        elif value is not None and name.endswith("_at"):
            row[name] = datetime.fromisoformat(value)
    return row


PAYMENTS: Listing[PaymentView] = Listing(
    source="payments p",
    fields="""
        p.id, p.invoice_id, p.customer_id, p.amount, p.currency, p.status, p.decline_count,
        p.last_decline_code, p.next_attempt_at, p.created_at, p.finished_at,
        (select coalesce(jsonb_agg(to_jsonb(a) order by a.number), '[]')
           from (select t.id, t.number, t.cause, t.status, t.gateway, t.token,
                        t.payment_method_id, t.amount, t.fee, t.decline_class, t.decline_code,
                        t.gateway_reference, t.fallback_of as fallback_of_id, t.created_at,
                        t.finished_at,
                        (select coalesce(jsonb_agg(jsonb_build_object(
                                    'from_status', m.from_status, 'to_status', m.to_status,
                                    'said_by', m.said_by, 'moved_at', m.at,
                                    'gateway_reference', m.gateway_reference)
                                  order by m.id), '[]')
                           from attempt_moves m where m.attempt_id = t.id) as moves
                   from attempts t where t.payment_id = p.id) a) as attempts,
        (select coalesce(jsonb_agg(to_jsonb(r) order by r.id), '[]')
           from (select f.id, f.attempt_id, f.amount, f.reason, f.number, f.status,
                        f.created_at, f.finished_at
                   from attempts a join refunds f
                     on f.invoice_id = p.invoice_id and f.attempt_id = a.id
                  where a.payment_id = p.id) r) as refunds,
        (select jsonb_build_object('amount', n.amount, 'currency', n.currency,
                  'told_by', n.told_by, 'told_at', n.told_at, 'debit_at', n.debit_at,
                  'opted_out_at', n.opted_out_at)
           from debit_notices n where n.payment_id = p.id order by n.id desc limit 1) as notice,
        (select s.until_at from spacings s
          where s.payment_id = p.id and p.status = 'scheduled'
            and s.until_at = p.next_attempt_at) as spaced_until
    """,
    of=_payment,
    prefix="pay",
    what="payment",
    filters={
        "invoice": Filter("invoice_id = %s", prefix="inv", refers="invoices", what="invoice"),
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "status": Filter("status = %s"),
    },
)
