"""Questions of the pages of coupons and wallets: who redeemed what, and what moved."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from khata.db.reads.browse import Connection, Cursor, Page, paged, within


@dataclass(frozen=True, slots=True)
class CouponRow:
    id: UUID
    code: str
    name: str
    percent: Decimal | None
    amount: int | None
    currency: str | None
    duration: str
    months: int | None
    cycles: int | None
    max_redemptions: int | None
    expires_on: date | None
    archived_at: datetime | None
    redeemed: int


@dataclass(frozen=True, slots=True)
class RedemptionRow:
    """A discount that a coupon became, and what it has taken off invoices, before tax."""

    id: UUID
    coupon_id: UUID
    code: str
    name: str
    percent: Decimal | None
    amount: int | None
    currency: str  # of the customer
    duration: str
    customer_id: UUID
    customer: str
    subscription_id: UUID | None
    from_on: date
    until_on: date | None
    uses_left: int | None
    created_at: datetime
    ended_by: str | None
    taken: int


@dataclass(frozen=True, slots=True)
class WalletEntryRow:
    """One change of a wallet; `about` is the number of the invoice or note that it is for."""

    id: UUID
    amount: int
    cause: str
    kind: str
    balance: int
    created_at: datetime
    invoice_id: UUID | None
    note_id: UUID | None
    about: str | None


def coupons(
    connection: Connection, cursor: Cursor, *, status: str | None = None, search: str | None = None
) -> Page[CouponRow]:
    """Return a page of coupons; `status` is "usable" or "archived"."""
    return paged(
        connection,
        CouponRow,
        cursor,
        """
        select t.id, t.code, t.name, t.percent::numeric as percent, t.amount, t.currency,
               t.duration, t.months, t.cycles, t.max_redemptions, t.expires_on, t.archived_at,
               (select count(*) from discounts d where d.coupon_id = t.id) as redeemed
          from coupons t
        """,
        """(%(status)s::text is null or (t.archived_at is null) = (%(status)s = 'usable'))
           and (%(search)s::text is null or t.code ilike %(search)s or t.name ilike %(search)s)""",
        status=status,
        search=within(search),
    )


def redemptions(
    connection: Connection,
    cursor: Cursor,
    *,
    coupon: UUID | None = None,
    customer: UUID | None = None,
    subscription: UUID | None = None,
) -> Page[RedemptionRow]:
    """Return who redeemed a coupon, or what lowers the invoices of one customer.

    Of a subscription that includes what its customer has for all subscriptions.
    """
    return paged(
        connection,
        RedemptionRow,
        cursor,
        """
        select t.id, t.coupon_id, k.code, k.name, k.percent::numeric as percent, k.amount,
               c.currency, k.duration, t.customer_id, c.name as customer, t.subscription_id,
               t.from_on, t.until_on, t.uses_left, t.created_at, t.ended_by,
               (select coalesce(sum(l.amount), 0)::bigint
                  from line_discounts l
                  join invoices i on i.id = l.invoice_id and i.status <> 'void'
                 where l.discount_id = t.id) as taken
          from discounts t
          join coupons k on k.id = t.coupon_id
          join customers c on c.id = t.customer_id
        """,
        """(%(coupon)s::uuid is null or t.coupon_id = %(coupon)s)
           and (%(customer)s::uuid is null or t.customer_id = %(customer)s)
           and (%(subscription)s::uuid is null or t.subscription_id = %(subscription)s
                or t.subscription_id is null)""",
        coupon=coupon,
        customer=customer,
        subscription=subscription,
    )


def wallet_entries(connection: Connection, cursor: Cursor, *, wallet: UUID) -> Page[WalletEntryRow]:
    """Return a page of what came into a wallet and left it."""
    return paged(
        connection,
        WalletEntryRow,
        cursor,
        """
        select t.id, t.amount, t.cause, g.kind, t.balance, t.created_at,
               coalesce(i.id, u.id) as invoice_id, n.id as note_id,
               coalesce(i.number, u.number, n.number) as about
          from wallet_entries t
          join wallet_grants g on g.id = t.grant_id
          left join invoices i on i.id = t.source_id
          left join credit_notes n on n.id = t.source_id
          left join wallet_top_ups w on t.cause = 'top_up' and w.id = t.grant_id
          left join invoices u on u.id = w.invoice_id
        """,
        "t.wallet_id = %(wallet)s",
        wallet=wallet,
    )
