"""Lists of invoices, with lines, taxes and both parties as they were on the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khata.core.tax.gst import TaxRow
from khata.db.reads.lists import Filter, Listing


@dataclass(frozen=True, slots=True)
class LineView:
    """One line. `unit_amount` is as priced: with tax inside where the price is inclusive."""

    id: UUID
    price_id: UUID | None
    description: str
    tax_code: str
    quantity: int
    unit_amount: int
    amount: int
    tax_behavior: str
    period_start: date
    period_end: date
    taxes: tuple[TaxRow, ...]


@dataclass(frozen=True, slots=True)
class InvoiceView:
    id: UUID
    tenant_id: UUID
    registration_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    status: str
    number: str
    currency: str
    subtotal: int
    discount: int
    tax: int
    round_off: int
    total: int
    amount_paid: int
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
    link_token: str
    created_at: datetime
    paid_at: datetime | None
    voided_at: datetime | None
    written_off_at: datetime | None
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    lines: tuple[LineView, ...]

    @property
    def amount_due(self) -> int:
        return self.total - self.amount_paid if self.status == "open" else 0


def _invoice(row: dict[str, Any]) -> InvoiceView:
    row["lines"] = tuple(_line(line) for line in row["lines"])
    return InvoiceView(**row)


def _line(line: dict[str, Any]) -> LineView:
    line["id"] = UUID(line["id"])
    line["price_id"] = UUID(line["price_id"]) if line["price_id"] else None
    line["period_start"] = date.fromisoformat(line["period_start"])
    line["period_end"] = date.fromisoformat(line["period_end"])
    line["taxes"] = tuple(TaxRow(**tax) for tax in line["taxes"])
    return LineView(**line)


INVOICES: Listing[InvoiceView] = Listing(
    source="invoices i",
    fields="""
        i.id, i.tenant_id, i.registration_id, i.customer_id, i.subscription_id, i.status,
        i.number, i.currency, i.subtotal, i.discount, i.tax, i.round_off, i.total, i.amount_paid,
        i.collection_method, i.issued_on, i.due_on, i.period_start, i.period_end, i.supply_kind,
        i.supply_treatment, i.place_country, i.place_state, i.place_code, i.endorsement,
        i.lut_number, i.law, i.link_token, i.created_at, i.paid_at, i.voided_at, i.written_off_at,
        (select p.facts from parties p where p.id = i.seller_party_id) as seller,
        (select p.facts from parties p where p.id = i.buyer_party_id) as buyer,
        (select coalesce(jsonb_agg(to_jsonb(v) - 'position' order by v.position), '[]')
           from (select l.position, l.id, l.price_id, l.description, l.tax_code, l.quantity,
                        l.unit_amount, l.amount, l.tax_behavior, l.period_start, l.period_end,
                        (select coalesce(jsonb_agg(to_jsonb(t) - 'position' order by t.position),
                                         '[]')
                           from (select x.position, x.name, x.rate, x.taxable, x.amount
                                   from line_taxes x
                                  where x.invoice_id = i.id
                                    and x.line_position = l.position) t) as taxes
                   from invoice_lines l where l.invoice_id = i.id) v) as lines
    """,
    of=_invoice,
    prefix="inv",
    what="invoice",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "subscription": Filter(
            "subscription_id = %s", prefix="sub", refers="subscriptions", what="subscription"
        ),
        "status": Filter("status = %s"),
        "number": Filter("upper(number) = upper(%s)"),
    },
)
