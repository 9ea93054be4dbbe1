"""Lists of invoices, with lines, taxes and both parties as they were on the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khata.core.tax.gst import TaxRow
from khata.core.tax.rupees import ExchangeRate, exchange_of
from khata.db.reads.lists import Filter, Listing


@dataclass(frozen=True, slots=True)
class LineDiscountView:
    """What a coupon took off a line: `amount` before tax, `off_price` off the price itself."""

    discount_id: UUID
    coupon_id: UUID
    name: str
    percent: str | None
    amount: int
    off_price: int


@dataclass(frozen=True, slots=True)
class LineView:
    """One line. `unit_amount` is as priced: with tax inside where the price is inclusive."""

    id: UUID
    subscription_id: UUID | None
    price_id: UUID | None
    description: str
    tax_code: str
    kind: str
    quantity: int
    priced_quantity: str | None
    unit_amount: int
    discount: int
    amount: int
    credited: int
    tax_behavior: str
    tax_nature: str
    rate_decision: dict[str, Any] | None
    period_start: date
    period_end: date
    taxes: tuple[TaxRow, ...]
    discounts: tuple[LineDiscountView, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceView:
    id: UUID
    tenant_id: UUID
    registration_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    subscription_ids: list[UUID]  # all that it bills, of which that is the first
    status: str
    number: str
    currency: str
    subtotal: int
    discount: int
    tax: int
    round_off: int
    total: int
    amount_paid: int
    amount_credited: int
    collection_method: str
    issued_on: date
    due_on: date
    period_start: date | None
    period_end: date | None
    supply_kind: str
    supply_treatment: str
    place_country: str
    place_state: str | None
    place_code: str | None
    endorsement: str | None
    lut_number: str | None
    law: str
    levy: Mapping[str, Any] | None
    link_token: str
    created_at: datetime
    paid_at: datetime | None
    voided_at: datetime | None
    written_off_at: datetime | None
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    document_kind: str
    original_invoice_id: UUID | None
    note_reason: str | None
    revised_by: UUID | None
    exchange: ExchangeRate | None
    lines: tuple[LineView, ...]
    credit_applied: int  # what the customer's credit balance paid of it
    wallet_applied: int  # … and the wallets
    tds_withheld: int  # of what was paid: what the customer withheld

    @property
    def amount_due(self) -> int:
        return self.total - self.amount_paid - self.amount_credited if self.status == "open" else 0


def _invoice(row: dict[str, Any]) -> InvoiceView:
    row["lines"] = tuple(_line(line) for line in row["lines"])
    row["exchange"] = exchange_of(
        row["currency"],
        row.pop("exchange_rate"),
        row.pop("exchange_rate_on"),
        row.pop("exchange_rate_source"),
    )
    return InvoiceView(**row)


def _line(line: dict[str, Any]) -> LineView:
    line["id"] = UUID(line["id"])
    of = line["subscription_id"]
    line["subscription_id"] = UUID(of) if of else None
    line["price_id"] = UUID(line["price_id"]) if line["price_id"] else None
    line["period_start"] = date.fromisoformat(line["period_start"])
    line["period_end"] = date.fromisoformat(line["period_end"])
    line["discounts"] = tuple(_discount(discount) for discount in line["discounts"])
    line["taxes"] = tuple(TaxRow(**tax) for tax in line["taxes"])
    return LineView(**line)


def _discount(discount: dict[str, Any]) -> LineDiscountView:
    ids = {name: UUID(discount[name]) for name in ("discount_id", "coupon_id")}
    return LineDiscountView(**discount | ids)


INVOICES: Listing[InvoiceView] = Listing(
    source="invoices i",
    fields="""
        i.id, i.tenant_id, i.registration_id, i.customer_id, i.subscription_id, i.status,
        array(select i.subscription_id where i.subscription_id is not null
              union select b.subscription_id from invoice_subscriptions b
               where b.invoice_id = i.id order by 1) as subscription_ids,
        i.number, i.currency, i.subtotal, i.discount, i.tax, i.round_off, i.total, i.amount_paid,
        i.amount_credited,
        i.collection_method, i.issued_on, i.due_on, i.period_start, i.period_end, i.supply_kind,
        i.supply_treatment, i.place_country, i.place_state, i.place_code, i.endorsement,
        i.lut_number, i.law, i.levy, i.link_token, i.created_at, i.paid_at, i.voided_at,
        i.written_off_at, i.document_kind, i.original_invoice_id, i.note_reason, i.revised_by,
        i.exchange_rate, i.exchange_rate_on, i.exchange_rate_source,
        (select p.facts from parties p where p.id = i.seller_party_id) as seller,
        (select p.facts from parties p where p.id = i.buyer_party_id) as buyer,
        (select coalesce(sum(p.amount), 0)::bigint from invoice_settlements p
          where p.invoice_id = i.id and i.status <> 'void' and p.source = 'credit')
          as credit_applied,
        (select coalesce(sum(p.amount), 0)::bigint from invoice_settlements p
          where p.invoice_id = i.id and i.status <> 'void' and p.source = 'wallet')
          as wallet_applied,
        (select coalesce(sum(w.amount), 0)::bigint from tds_receivables w
          where w.tenant_id = i.tenant_id and w.invoice_id = i.id) as tds_withheld,
        (select coalesce(jsonb_agg(to_jsonb(v) - 'position' order by v.position), '[]')
           from (select l.position, l.id, l.price_id,
                        coalesce(l.subscription_id, i.subscription_id) as subscription_id,
                        l.description, l.tax_code, l.kind,
                        l.quantity, l.priced_quantity::text, l.unit_amount, l.discount,
                        l.amount, l.credited, l.tax_behavior, l.period_start, l.period_end,
                        l.tax_nature, l.rate_decision,
                        (select coalesce(jsonb_agg(to_jsonb(t) - 'position' order by t.position),
                                         '[]')
                           from (select x.position, x.name, x.rate, x.taxable, x.amount
                                   from line_taxes x
                                  where x.invoice_id = i.id
                                    and x.line_position = l.position) t) as taxes,
                        (select coalesce(jsonb_agg(to_jsonb(d) - 'position' order by d.position),
                                         '[]')
                           from (select x.position, x.discount_id, x.coupon_id, x.name, x.percent,
                                        x.amount, x.off_price
                                   from line_discounts x
                                  where x.invoice_id = i.id
                                    and x.line_position = l.position) d) as discounts
                   from invoice_lines l where l.invoice_id = i.id) v) as lines
    """,
    of=_invoice,
    prefix="inv",
    what="invoice",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "subscription": Filter(
            """id = any(array(
                select x.id from (select %s::uuid as id) s cross join lateral (
                  select id from invoices where subscription_id = s.id
                  union select invoice_id from invoice_subscriptions
                   where subscription_id = s.id) x))""",
            prefix="sub",
            refers="subscriptions",
            what="subscription",
        ),
        "status": Filter("status = %s"),
        "document_kind": Filter("document_kind = %s"),
        "number": Filter("upper(number) = upper(%s)"),
    },
)
