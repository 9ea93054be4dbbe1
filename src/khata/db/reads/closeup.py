"""Questions of one thing: an invoice, a customer, a subscription, and what is theirs."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.party import ShownTaxId, tax_id_shown
from khata.db.reads.views import view, views

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class InvoiceCloseup:
    id: UUID
    number: str
    status: str
    customer_id: UUID
    customer: str
    subscription_id: UUID | None
    subscription_ids: list[UUID]  # all that it bills, of which that is the first
    currency: str
    subtotal: int
    discount: int
    tax: int
    round_off: int
    total: int
    amount_paid: int
    amount_credited: int
    by_credit: int
    by_wallet: int
    tds_withheld: int
    collection_method: str
    issued_on: date
    due_on: date
    supply_kind: str
    supply_treatment: str
    place_country: str
    place_state: str | None
    place_code: str | None
    endorsement: str | None
    lut_number: str | None
    law: str
    document_kind: str
    exchange_rate: Decimal | None
    exchange_rate_on: date | None
    exchange_rate_source: str | None
    bank: dict[str, Any] | None  # of the registration that issued it, as are these two
    logo: str | None
    signatory: str | None
    levy: dict[str, Any] | None
    link_token: str
    paid_at: datetime | None
    voided_at: datetime | None
    written_off_at: datetime | None
    charged_automatically: bool  # a method is on file, and collecting was not given up
    buyer: dict[str, Any]
    seller: dict[str, Any]

    @property
    def buyer_tax_id(self) -> ShownTaxId | None:
        return tax_id_shown(self.buyer, seller_country=self.seller["country"])

    @property
    def amount_due(self) -> int:
        return self.total - self.amount_paid - self.amount_credited if self.status == "open" else 0


@dataclass(frozen=True, slots=True)
class LineCloseup:
    position: int
    description: str
    tax_code: str
    quantity: int
    unit_amount: int
    discount: int
    amount: int
    tax_behavior: str
    period_start: date
    period_end: date
    full_start: date
    full_end: date
    priced: int | None  # before discounts, as priced; None of older lines
    tax_nature: str
    basis: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class TaxCloseup:
    """One head at one rate, over all lines of an invoice."""

    name: str
    rate: str
    taxable: int
    amount: int


@dataclass(frozen=True, slots=True)
class AttemptCloseup:
    id: UUID
    number: int
    status: str
    gateway: str
    token: str
    amount: int
    fee: int
    decline_class: str | None
    decline_code: str | None
    gateway_reference: str | None
    created_at: datetime
    finished_at: datetime | None
    late_until: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentCloseup:
    id: UUID
    status: str
    amount: int
    decline_count: int
    last_decline_code: str | None
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefundCloseup:
    id: UUID
    status: str
    amount: int
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PostingCloseup:
    kind: str
    booked_on: date
    debit: str
    credit: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class CustomerCloseup:
    id: UUID
    name: str
    email: str | None
    phone: str | None
    currency: str
    timezone: str
    country: str
    state: str | None
    address: dict[str, Any]
    sez: bool
    created_at: datetime
    tax_ids: list[str]
    methods: list[str]
    payer_id: UUID | None
    payer: str | None


@dataclass(frozen=True, slots=True)
class PaidFor:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ItemCloseup:
    id: UUID
    plan_id: UUID
    position: int
    plan: str
    code: str
    model: str
    unit_amount: int
    quantity: int
    tax_code: str


def invoice(
    connection: Connection, id: UUID | None = None, *, link: str | None = None
) -> InvoiceCloseup | None:
    """Return an invoice by its id, or by the unguessable token of its hosted page."""
    return view(
        connection,
        InvoiceCloseup,
        """
        select i.id, i.number, i.status, i.customer_id, c.name as customer, i.subscription_id,
               array(select i.subscription_id where i.subscription_id is not null
                     union select b.subscription_id from invoice_subscriptions b
                      where b.invoice_id = i.id order by 1) as subscription_ids,
               i.currency, i.subtotal, i.discount, i.tax, i.round_off, i.total, i.amount_paid,
               i.amount_credited,
               (select coalesce(sum(s.amount), 0)::bigint from invoice_settlements s
                 where s.invoice_id = i.id and i.status <> 'void' and s.source = 'credit')
                 as by_credit,
               (select coalesce(sum(s.amount), 0)::bigint from invoice_settlements s
                 where s.invoice_id = i.id and i.status <> 'void' and s.source = 'wallet')
                 as by_wallet,
               (select coalesce(sum(w.amount), 0)::bigint from tds_receivables w
                 where w.tenant_id = i.tenant_id and w.invoice_id = i.id) as tds_withheld,
               i.collection_method, i.issued_on, i.due_on, i.supply_kind, i.supply_treatment,
               i.place_country, i.place_state, i.place_code, i.endorsement, i.lut_number, i.law,
               i.document_kind, i.exchange_rate, i.exchange_rate_on, i.exchange_rate_source,
               i.levy, r.bank, r.logo, r.signatory, i.link_token, i.paid_at, i.voided_at,
               i.written_off_at,
               i.collection_method = 'charge_automatically'
                 and exists (select 1 from payment_methods m
                              where m.customer_id = i.customer_id and m.detached_at is null)
                 and coalesce((select bool_or(p.status in ('scheduled', 'processing'))
                                 from payments p where p.invoice_id = i.id), true)
                 as charged_automatically,
               buyer.facts as buyer, seller.facts as seller
          from invoices i
          join customers c on c.id = i.customer_id
          join registrations r on r.id = i.registration_id
          join parties buyer on buyer.id = i.buyer_party_id
          join parties seller on seller.id = i.seller_party_id
         where case when %(link)s::text is null then i.id = %(id)s else i.link_token = %(link)s end
           and i.status <> 'draft'
        """,
        id=id,
        link=link,
    )


def lines(connection: Connection, invoice: UUID) -> list[LineCloseup]:
    return views(
        connection,
        LineCloseup,
        """
        select position, description, tax_code, quantity, unit_amount, discount, amount, tax_nature,
               tax_behavior, period_start, period_end, full_start, full_end, priced, basis
          from invoice_lines where invoice_id = %(invoice)s order by position
        """,
        invoice=invoice,
    )


def taxes(connection: Connection, invoice: UUID) -> list[TaxCloseup]:
    return views(
        connection,
        TaxCloseup,
        """
        select name, rate, sum(taxable)::bigint as taxable, sum(amount)::bigint as amount
          from line_taxes where invoice_id = %(invoice)s
         group by name, rate order by name, rate::numeric
        """,
        invoice=invoice,
    )


def payments(connection: Connection, invoice: UUID) -> list[PaymentCloseup]:
    return views(
        connection,
        PaymentCloseup,
        """
        select id, status, amount, decline_count, last_decline_code, next_attempt_at, created_at,
               finished_at
          from payments where invoice_id = %(invoice)s order by id
        """,
        invoice=invoice,
    )


def attempts(
    connection: Connection, *, invoice: UUID | None = None, subscription: UUID | None = None
) -> list[AttemptCloseup]:
    return views(
        connection,
        AttemptCloseup,
        """
        select a.id, a.number, a.status, a.gateway, a.token, a.amount, a.fee, a.decline_class,
               a.decline_code, a.gateway_reference, a.created_at, a.finished_at, a.late_until
          from attempts a
         where a.invoice_id = %(invoice)s
            or a.invoice_id in (
              select id from invoices where subscription_id = %(subscription)s
              union select invoice_id from invoice_subscriptions
               where subscription_id = %(subscription)s)
         order by a.id
        """,
        invoice=invoice,
        subscription=subscription,
    )


def refunds(connection: Connection, invoice: UUID) -> list[RefundCloseup]:
    return views(
        connection,
        RefundCloseup,
        "select id, status, amount, reason, created_at from refunds"
        " where invoice_id = %(invoice)s order by id",
        invoice=invoice,
    )


def postings(connection: Connection, invoice: UUID) -> list[PostingCloseup]:
    """Return what was booked of an invoice, of its attempts and of its refunds."""
    return views(
        connection,
        PostingCloseup,
        """
        select e.kind, p.booked_on, p.debit, p.credit, p.amount, p.currency
          from entries e join postings p on p.entry_id = e.id
         where e.source_id in (
           select %(invoice)s::uuid
           union all select id from attempts where invoice_id = %(invoice)s
           union all select id from refunds where invoice_id = %(invoice)s)
         order by e.booked_on, e.id, p.position
        """,
        invoice=invoice,
    )


def customer(connection: Connection, id: UUID) -> CustomerCloseup | None:
    return view(
        connection,
        CustomerCloseup,
        """
        select c.id, c.name, c.email, c.phone, c.currency, c.timezone, c.country, c.state,
               c.address, c.sez, c.created_at,
               array(select value from tax_ids where customer_id = c.id order by type) as tax_ids,
               array(select gateway || ' ' || token || case when is_default then ' (default)'
                                                           else '' end
                       from payment_methods where customer_id = c.id and detached_at is null
                      order by id desc) as methods,
               p.id as payer_id, p.name as payer
          from customers c
          left join customers p on p.id = c.payer_id
         where c.id = %(id)s
        """,
        id=id,
    )


def paid_for(connection: Connection, payer: UUID) -> list[PaidFor]:
    """Return for whom a customer pays, by name; of many the first hundred."""
    return views(
        connection,
        PaidFor,
        "select id, name from customers where payer_id = %(payer)s order by name, id limit 100",
        payer=payer,
    )


def items(connection: Connection, subscription: UUID) -> list[ItemCloseup]:
    return views(
        connection,
        ItemCloseup,
        """
        select i.id, i.plan_id, i.position, p.name as plan, p.code, r.model,
               r.amount as unit_amount, i.quantity, d.tax_code
          from subscription_items i
          join plans p on p.id = i.plan_id
          join products d on d.id = p.product_id
          join prices r on r.id = i.price_id
         where i.subscription_id = %(subscription)s order by i.position
        """,
        subscription=subscription,
    )
