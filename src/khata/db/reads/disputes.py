"""Disputes as they are listed and shown: with their evidence, their changes and their money."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from khata.core.dispute import Dispute, DisputeStatus, MoneyKind
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.disputes import DISPUTE_FIELDS, dispute_of


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A text or a file, without its bytes."""

    id: UUID
    topic: str
    text: str | None
    filename: str | None
    media_type: str | None
    size: int | None
    sent_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MoveView:
    status: DisputeStatus
    said_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MoneyView:
    kind: MoneyKind
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute with all that belongs to it, and the names that a page shows beside it."""

    dispute: Dispute
    has_account: bool  # its gateway needs one
    invoice_number: str
    customer_name: str
    evidence: tuple[EvidenceView, ...]
    moves: tuple[MoveView, ...]
    money: tuple[MoneyView, ...]


_FIELDS: LiteralString = f"""{DISPUTE_FIELDS}, has_account, invoice_number, customer_name,
    coalesce((select json_agg(json_build_object('id', e.id, 'topic', e.topic, 'text', e.text,
       'filename', e.filename, 'media_type', e.media_type, 'size', e.size, 'sent_at', e.sent_at,
       'created_at', e.created_at) order by e.id)
       from dispute_evidence e where e.tenant_id = current_tenant() and e.dispute_id = d.id), '[]')
      as evidence,
    coalesce((select json_agg(json_build_object('status', m.to_status, 'said_by', m.said_by,
       'at', m.at) order by m.id)
       from dispute_moves m where m.tenant_id = current_tenant() and m.dispute_id = d.id), '[]')
      as moves,
    coalesce((select json_agg(json_build_object('kind', y.kind, 'amount', y.amount, 'at', y.at)
       order by y.id)
       from dispute_money y where y.tenant_id = current_tenant() and y.dispute_id = d.id), '[]')
      as money"""


def _view(row: Mapping[str, Any]) -> DisputeView:
    return DisputeView(
        dispute_of(row),
        row["has_account"],
        row["invoice_number"],
        row["customer_name"],
        tuple(
            EvidenceView(
                UUID(one["id"]),
                one["topic"],
                one["text"],
                one["filename"],
                one["media_type"],
                one["size"],
                _at(one["sent_at"]),
                datetime.fromisoformat(one["created_at"]),
            )
            for one in row["evidence"]
        ),
        tuple(
            MoveView(
                DisputeStatus(one["status"]), one["said_by"], datetime.fromisoformat(one["at"])
            )
            for one in row["moves"]
        ),
        tuple(
            MoneyView(MoneyKind(one["kind"]), one["amount"], datetime.fromisoformat(one["at"]))
            for one in row["money"]
        ),
    )


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_OF: Final[
    LiteralString
] = """(select x.*, not a.is_stand_in as has_account, i.number as invoice_number,
      c.name as customer_name
    from disputes x
    join gateway_accounts a on a.tenant_id = x.tenant_id and a.id = x.account_id
    join invoices i on i.tenant_id = x.tenant_id and i.id = x.invoice_id
    join customers c on c.tenant_id = x.tenant_id and c.id = x.customer_id) d"""

DISPUTES: Listing[DisputeView] = Listing(
    source=_OF,
    fields=_FIELDS,
    of=_view,
    prefix="dp",
    what="dispute",
    filters={
        "status": Filter("status = %s"),
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "invoice": Filter("invoice_id = %s", prefix="inv", refers="invoices", what="invoice"),
        "payment": Filter("payment_id = %s", prefix="pay", refers="payments", what="payment"),
        "account": Filter(
            "account_id = %s", prefix="ga", refers="gateway_accounts", what="gateway account"
        ),
        "due_before": Filter(
            "due_by < %s and status in ('warning_needs_response', 'needs_response')"
        ),
    },
)
