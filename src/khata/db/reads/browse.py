"""Questions of the lists: pages of invoices, customers, subscriptions, payments, parked, mails."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.db.reads.views import views

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    id: UUID
    number: str
    status: str
    customer_id: UUID
    customer: str
    currency: str
    total: int
    amount_paid: int
    issued_on: date
    due_on: date
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerRow:
    id: UUID
    name: str
    email: str | None
    country: str
    state: str | None
    currency: str
    created_at: datetime
    mrr: int
    subscriptions: int


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    id: UUID
    status: str
    customer_id: UUID
    customer: str
    plan: str
    quantity: int
    currency: str
    mrr: int
    interval: str
    interval_count: int
    period_start: date | None
    period_end: date | None
    cancel_on: date | None
    start_on: date
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    id: UUID
    invoice_id: UUID
    number: str
    customer_id: UUID
    customer: str
    currency: str
    amount: int
    status: str
    decline_count: int
    last_decline_code: str | None
    next_attempt_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ParkedRow:
    id: UUID
    kind: str
    subject_id: UUID
    code: str
    reason: str
    at: datetime
    customer: str | None


@dataclass(frozen=True, slots=True)
class MailRow:
    id: UUID
    kind: str
    recipient: str
    subject: str
    status: str
    created_at: datetime
    customer_id: UUID | None
    invoice_id: UUID | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    id: UUID
    endpoint_id: UUID
    url: str
    type: str
    status: str
    tries: int
    last_status_code: int | None
    last_error: str | None
    last_try_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after one id, or before another, newest first."""

    after: UUID | None = None
    before: UUID | None = None
    limit: int = 25


class Identified(Protocol):
    """What a list can be turned by."""

    @property
    def id(self) -> UUID: ...


Row = TypeVar("Row", bound=Identified)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows newest first, and whether there are more on either side."""

    rows: list[Row]
    newer: bool
    older: bool


def invoices(
    connection: Connection,
    cursor: Cursor,
    *,
    today: date,
    status: str | None = None,
    search: str | None = None,
    customer: UUID | None = None,
    subscription: UUID | None = None,
) -> Page[InvoiceRow]:
    """Return a page of invoices. `status` may also be "overdue": open after its due date."""
    return paged(
        connection,
        InvoiceRow,
        cursor,
        """
        select t.id, t.number, t.status, t.customer_id, c.name as customer, t.currency, t.total,
               t.amount_paid, t.issued_on, t.due_on, t.created_at
          from invoices t join customers c on c.id = t.customer_id
        """,
        """(%(status)s::text is null or t.status = %(status)s
             or (%(status)s = 'overdue' and t.status = 'open' and t.due_on < %(today)s))
           and (%(search)s::text is null or t.number ilike %(search)s or c.name ilike %(search)s)
           and (%(customer)s::uuid is null or t.customer_id = %(customer)s)
           and (%(subscription)s::uuid is null or t.id = any(array(
             select id from invoices where subscription_id = %(subscription)s
             union select invoice_id from invoice_subscriptions
              where subscription_id = %(subscription)s)))""",
        today=today,
        status=status,
        search=within(search),
        customer=customer,
        subscription=subscription,
    )


def customers(
    connection: Connection, cursor: Cursor, *, search: str | None = None
) -> Page[CustomerRow]:
    return paged(
        connection,
        CustomerRow,
        cursor,
        """
        select t.id, t.name, t.email, t.country, t.state, t.currency, t.created_at,
               s.mrr, s.subscriptions
          from customers t cross join lateral (
            select coalesce(sum(s.mrr), 0)::bigint as mrr,
                   count(*) filter (where s.status <> 'canceled') as subscriptions
              from subscriptions s where s.customer_id = t.id) s
        """,
        "(%(search)s::text is null or t.name ilike %(search)s or t.email ilike %(search)s)",
        search=within(search),
    )


def subscriptions(
    connection: Connection,
    cursor: Cursor,
    *,
    status: str | None = None,
    search: str | None = None,
    customer: UUID | None = None,
    subscription: UUID | None = None,
) -> Page[SubscriptionRow]:
    return paged(
        connection,
        SubscriptionRow,
        cursor,
        """
        select t.id, t.status, t.customer_id, c.name as customer, i.plan, i.quantity,
               t.currency, t.mrr, t.interval, t.interval_count, t.period_start, t.period_end,
               t.cancel_on, t.start_on,
               case when t.status = 'past_due' then (
                 select min(p.next_attempt_at)
                   from payments p join invoices v on v.id = p.invoice_id
                  where v.subscription_id = t.id and p.status = 'scheduled') end as next_try_at
          from subscriptions t
          join customers c on c.id = t.customer_id
          cross join lateral (
            select string_agg(p.name, ', ' order by i.position) as plan,
                   coalesce(max(i.quantity), 0) as quantity
              from subscription_items i join plans p on p.id = i.plan_id
             where i.subscription_id = t.id) i
        """,
        """(%(status)s::text is null or t.status = %(status)s)
           and (%(search)s::text is null or c.name ilike %(search)s or i.plan ilike %(search)s)
           and (%(customer)s::uuid is null or t.customer_id = %(customer)s)
           and (%(subscription)s::uuid is null or t.id = %(subscription)s)""",
        status=status,
        search=within(search),
        customer=customer,
        subscription=subscription,
    )


def troubled_payments(
    connection: Connection, cursor: Cursor, *, status: str | None = None
) -> Page[PaymentRow]:
    """Return payments that were declined at least once: retrying, recovered or given up."""
    wanted = {
        "retrying": ["scheduled", "processing"],
        "recovered": ["succeeded"],
        "given_up": ["given_up"],
    }.get(status or "")
    return paged(
        connection,
        PaymentRow,
        cursor,
        """
        select t.id, t.invoice_id, i.number, t.customer_id, c.name as customer, t.currency,
               t.amount, t.status, t.decline_count, t.last_decline_code, t.next_attempt_at,
               t.created_at
          from payments t
          join invoices i on i.id = t.invoice_id
          join customers c on c.id = t.customer_id
        """,
        """(t.decline_count > 0 or t.status = 'given_up')
           and (%(wanted)s::text[] is null or t.status = any(%(wanted)s))""",
        wanted=wanted,
    )


def parked(connection: Connection, cursor: Cursor) -> Page[ParkedRow]:
    """Return the work that waits for a person."""
    return paged(
        connection,
        ParkedRow,
        cursor,
        """
        select t.id, t.kind, t.subject_id, t.code, t.reason, t.at, c.name as customer
          from parked t
          left join subscriptions s on t.kind = 'subscription' and s.id = t.subject_id
          left join customers c on c.id = s.customer_id
        """,
        "t.released_at is null",
    )


def mails(
    connection: Connection,
    cursor: Cursor,
    *,
    customer: UUID | None = None,
    invoice: UUID | None = None,
    search: str | None = None,
) -> Page[MailRow]:
    return paged(
        connection,
        MailRow,
        cursor,
        """
        select t.id, t.kind, t.recipient, t.subject, t.status, t.created_at, t.customer_id,
               t.invoice_id
          from mails t
        """,
        """(%(customer)s::uuid is null or t.customer_id = %(customer)s)
           and (%(invoice)s::uuid is null or t.invoice_id = %(invoice)s)
           and (%(search)s::text is null or t.recipient ilike %(search)s
                or t.subject ilike %(search)s)""",
        customer=customer,
        invoice=invoice,
        search=within(search),
    )


def deliveries(
    connection: Connection,
    cursor: Cursor,
    *,
    status: str | None = None,
    endpoint: UUID | None = None,
) -> Page[DeliveryRow]:
    """Return a page of webhook deliveries, of one endpoint or of all."""
    return paged(
        connection,
        DeliveryRow,
        cursor,
        """
        select t.id, t.endpoint_id, w.url, e.type, t.status, t.tries, t.last_status_code,
               t.last_error, t.last_try_at, t.created_at
          from webhook_deliveries t
          join webhook_endpoints w on w.tenant_id = t.tenant_id and w.id = t.endpoint_id
          join events e on e.tenant_id = t.tenant_id and e.id = t.event_id
        """,
        """(%(status)s::text is null or t.status = %(status)s)
           and (%(endpoint)s::uuid is null or t.endpoint_id = %(endpoint)s)""",
        status=status,
        endpoint=endpoint,
    )


def paged(
    connection: Connection, of: type[Row], cursor: Cursor, sql: str, where: str, **named: Any
) -> Page[Row]:
    """Take one row more than the page shows: it says whether there is another page."""
    back = cursor.before is not None
    if back:
        where += " and t.id > %(before)s order by t.id asc"
    else:
        where += " and (%(after)s::uuid is null or t.id < %(after)s) order by t.id desc"
    rows = views(
        connection,
        of,
        f"{sql} where {where} limit %(limit)s",
        **named,
        before=cursor.before,
        after=cursor.after,
        limit=cursor.limit + 1,
    )
    more = len(rows) > cursor.limit
    rows = rows[: cursor.limit]
    if back:
        return Page(rows[::-1], newer=more, older=True)
    return Page(rows, newer=cursor.after is not None, older=more)


def within(search: str | None) -> str | None:
    """Spell what was typed as a pattern that finds it anywhere, its own wildcards as letters."""
    if not search:
        return None
    for special in "\\%_":
        search = search.replace(special, f"\\{special}")
    return f"%{search}%"
