"""Questions of the overview: what is owed, what failed, what is due next, the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, dict_row

from khata.core.campaign import RECOVERED_WITHIN
from khata.core.catalog import PriceModel
from khata.core.money import half_up
from khata.core.price_json import read_terms
from khata.core.pricing import price_at, price_of
from khata.db.reads.metrics import Sum
from khata.db.reads.views import view, views

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Shop:
    """The tenant as its pages name it."""

    name: str
    email: str
    livemode: bool
    country: str
    state: str | None
    timezone: str
    currency: str
    policies: dict[str, object]
    branding: dict[str, object]
    parked: int
    customers: int
    sandbox: str | None


@dataclass(frozen=True, slots=True)
class Failures:
    """Payments whose first try failed in a span of time, and what has become of them."""

    currency: str
    failed: int
    failed_amount: int
    recovered: int
    recovered_amount: int
    given_up: int
    given_up_amount: int

    @property
    def retrying(self) -> int:
        return self.failed - self.recovered - self.given_up

    @property
    def recovery_percent(self) -> str | None:
        """Return the recovered share of the amount, with one place, half up; None of nothing."""
        if not self.failed_amount:
            return None
        parts = half_up(self.recovered_amount * 1000, self.failed_amount)
        return f"{parts // 10}.{parts % 10}"


@dataclass(frozen=True, slots=True)
class DueNext:
    """The next thing a subscription does by itself: begin, renew, end its trial, or end."""

    subscription_id: UUID
    customer_id: UUID
    customer: str
    plan: str
    status: str
    at: datetime
    currency: str
    amount: int  # before tax where the price excludes it
    tax_behavior: str
    ends: bool

    @property
    def what(self) -> str:
        if self.ends:
            return "Ends"
        steps = {"incomplete": "Begins", "trialing": "Trial ends, first invoice"}
        return steps.get(self.status, "Renews")


@dataclass(frozen=True, slots=True)
class Clock:
    """The state of a test tenant's clock."""

    frozen_time: datetime
    status: str
    target_time: datetime | None
    failure: str | None


def shop(connection: Connection) -> Shop | None:
    """Return the tenant of this transaction."""
    return view(
        connection,
        Shop,
        """
        select name, email, livemode, country, state, timezone, currency, policies, branding,
               (select count(*) from parked where released_at is null) as parked,
               (select count(*) from (select from customers limit 1) c) as customers, sandbox
          from tenants
        """,
    )


def receivable(connection: Connection, today: date) -> tuple[list[Sum], list[Sum]]:
    """Return what open invoices owe by currency, and what of it is past its due date."""
    sql = """
        select currency, sum(owed)::bigint as amount, sum(open_count)::bigint as count
          from invoice_days where %(before)s::date is null or due_on < %(before)s
         group by currency having sum(open_count) > 0 order by currency
        """
    return (
        views(connection, Sum, sql, before=None),
        views(connection, Sum, sql, before=today),
    )


def failures(connection: Connection, first: datetime, until: datetime) -> list[Failures]:
    """Return invoices whose first try failed in [first, until), by currency.

    What counts as recovered is told in reads/recovery.
    """
    return views(
        connection,
        Failures,
        """
        select currency, count(*) as failed, sum(amount)::bigint as failed_amount,
          count(*) filter (where recovered_at <= began_at + %(within)s) as recovered,
          coalesce(sum(recovered_amount) filter (where recovered_at <= began_at + %(within)s),
                   0)::bigint as recovered_amount,
          count(*) filter (where outcome = 'given_up') as given_up,
          coalesce(sum(amount) filter (where outcome = 'given_up'), 0)::bigint as given_up_amount
          from dunning_campaigns where began_at >= %(first)s and began_at < %(until)s
         group by currency order by currency
        """,
        first=first,
        until=until,
        within=RECOVERED_WITHIN,
    )


def due_next(connection: Connection, limit: int, subscription: UUID | None = None) -> list[DueNext]:
    """Return the subscriptions with the nearest due moments, soonest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            """
        with soonest as (
          select * from subscriptions
           where next_billing_at is not null and (%(id)s::uuid is null or id = %(id)s)
           order by next_billing_at, id limit %(limit)s)
        select s.id as subscription_id, s.customer_id, c.name as customer, s.status,
               s.next_billing_at as at, s.currency, s.tax_behavior,
               items.plan, items.prices as amount,
               coalesce(s.cancel_on <= s.period_end, false) as ends
          from soonest s
          join customers c on c.id = s.customer_id
          cross join lateral (
            select string_agg(p.name, ', ' order by i.position) as plan,
                   jsonb_agg(jsonb_build_array(r.model, r.amount, i.quantity, r.terms::text))
                     as prices
              from subscription_items i
              join plans p on p.id = i.plan_id
              join prices r on r.id = i.price_id
             where i.subscription_id = s.id) items
         order by s.next_billing_at, s.id
        """,
            {"id": subscription, "limit": limit},
        ).fetchall()
    return [DueNext(**{**row, "amount": _in_advance(row["amount"])}) for row in rows]


def _in_advance(prices: Sequence[Sequence[Any]] | None) -> int:
    """Return what the items cost in advance; usage is known when its period is over."""
    total = 0
    for model, amount, quantity, text in prices or ():
        terms = None if text is None else read_terms(text)
        if terms is None:
            total += price_of(PriceModel(model), amount, quantity)
        elif not terms.by_usage:
            total += price_at(terms, quantity).amount
    return total


def clock(connection: Connection) -> Clock | None:
    """Return the test clock, when the tenant has one."""
    sql = "select frozen_time, status, target_time, failure from test_clocks"
    return view(connection, Clock, sql)


@dataclass(frozen=True, slots=True)
class Registered:
    """A tax registration under which the tenant sells."""

    legal_name: str
    country: str
    state: str | None
    tax_id: str | None
    lut_number: str | None  # the letter in force, else the next, else the last
    lut_valid_to: date | None
    series: dict[str, str]
    is_default: bool
    scheme: str


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as far as it may be shown."""

    prefix: str
    last4: str
    created_at: datetime
    revoked_at: datetime | None


def registrations(connection: Connection, today: date) -> list[Registered]:
    """Return all of them, the default first, each with the letter of undertaking to speak of."""
    return views(
        connection,
        Registered,
        """
        select r.legal_name, r.country, r.state, r.tax_id, l.number as lut_number,
               l.valid_to as lut_valid_to, r.series, r.is_default, r.scheme
          from registrations r
          left join lateral (
            select number, valid_to from luts where registration_id = r.id
             order by valid_to < %(today)s, abs(valid_to - %(today)s::date)
             limit 1) l on true
         order by r.is_default desc, r.id
        """,
        today=today,
    )


def api_keys(connection: Connection) -> list[Key]:
    return views(
        connection,
        Key,
        "select prefix, last4, created_at, revoked_at from api_keys order by id desc",
    )
