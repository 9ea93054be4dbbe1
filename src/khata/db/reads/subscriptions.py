"""Lists of subscriptions, with their items, and of the moves between their states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khata.core.subscription import Move, Status
from khata.db.reads.lists import Filter, Listing


@dataclass(frozen=True, slots=True)
class ItemView:
    """One plan of a subscription, at the price it was agreed at."""

    id: UUID
    plan_id: UUID
    price_id: UUID
    model: str
    unit_amount: int
    quantity: int


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    id: UUID
    customer_id: UUID
    registration_id: UUID
    payment_method_id: UUID | None
    status: str
    collection_method: str
    days_until_due: int
    currency: str
    timezone: str
    interval: str
    interval_count: int
    tax_behavior: str
    start_on: date
    billing_anchor: date
    trial_end: date | None
    period_start: date | None
    period_end: date | None
    next_billing_at: datetime | None
    cancel_on: date | None
    cancel_reason: str | None
    canceled_at: datetime | None
    ended_on: date | None
    mrr: int
    pause_on: date | None
    resume_on: date | None
    pause_policy: str | None
    contract_end: date | None
    cycles: int | None
    waits_for_payment: bool
    missing_method: str | None
    usage_threshold: int | None
    metadata: Mapping[str, str]
    created_at: datetime
    latest_invoice_id: UUID | None
    items: tuple[ItemView, ...]


def _subscription(row: dict[str, Any]) -> SubscriptionView:
    row["items"] = tuple(
        ItemView(
            UUID(item["id"]),
            UUID(item["plan_id"]),
            UUID(item["price_id"]),
            item["model"],
            item["unit_amount"],
            item["quantity"],
        )
        for item in row["items"]
    )
    return SubscriptionView(**row)


def _move(row: dict[str, Any]) -> Move:
    was = row.pop("from_status")
    return Move(
        from_status=Status(was) if was else None, to_status=Status(row.pop("to_status")), **row
    )


SUBSCRIPTIONS: Listing[SubscriptionView] = Listing(
    source="subscriptions s",
    fields="""
        s.id, s.customer_id, s.registration_id, s.payment_method_id, s.status,
        s.collection_method, s.days_until_due, s.currency, s.timezone, s.interval,
        s.interval_count, s.tax_behavior, s.start_on, s.billing_anchor, s.trial_end,
        s.period_start, s.period_end, s.next_billing_at, s.cancel_on, s.cancel_reason,
        s.canceled_at, s.ended_on, s.mrr, s.pause_on, s.resume_on, s.pause_policy,
        s.contract_end, s.cycles, s.waits_for_payment, s.missing_method,
        s.usage_threshold, s.metadata, s.created_at,
        (select v.id
           from (select i.id from invoices i where i.subscription_id = s.id
                 union all
                 select j.invoice_id from invoice_subscriptions j
                  where j.subscription_id = s.id) v
          order by v.id desc limit 1) as latest_invoice_id,
        (select coalesce(jsonb_agg(to_jsonb(v) order by v.position), '[]')
           from (select i.id, i.position, i.plan_id, i.price_id, p.model,
                        p.amount as unit_amount, i.quantity
                   from subscription_items i join prices p on p.id = i.price_id
                  where i.subscription_id = s.id) v) as items
    """,
    of=_subscription,
    prefix="sub",
    what="subscription",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "status": Filter("status = %s"),
    },
)

MOVES: Listing[Move] = Listing(
    source="(select *, at as created_at from moves) m",
    fields="id, subscription_id, from_status, to_status, cause, actor, at",
    of=_move,
    prefix="mv",
    what="move",
    filters={
        "subscription": Filter(
            "subscription_id = %s", prefix="sub", refers="subscriptions", what="subscription"
        )
    },
)
