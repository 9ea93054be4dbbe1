"""Lists of vouchers of advances, with their taxes and what has taken them up."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khata.db.reads.lists import Filter, Listing


@dataclass(frozen=True, slots=True)
class VoucherView:
    id: UUID
    kind: str
    number: str
    customer_id: UUID
    wallet_id: UUID
    invoice_id: UUID
    receipt_id: UUID | None
    currency: str
    description: str
    tax_code: str
    net: int
    tax: int
    total: int
    left_total: int
    issued_on: date
    supply_kind: str
    supply_treatment: str
    place_country: str
    place_state: str | None
    place_code: str | None
    lut_number: str | None
    law: str
    reason: str
    created_at: datetime
    taxes: tuple[dict[str, Any], ...]
    uses: tuple[dict[str, Any], ...]


def _voucher(row: dict[str, Any]) -> VoucherView:
    return VoucherView(**{**row, "taxes": tuple(row["taxes"]), "uses": tuple(row["uses"])})


VOUCHERS: Listing[VoucherView] = Listing(
    source="vouchers v",
    fields="""
        v.id, v.kind, v.number, v.customer_id, v.wallet_id, v.invoice_id, v.receipt_id,
        v.currency, v.description, v.tax_code, v.net, v.tax, v.total, v.left_total, v.issued_on,
        v.supply_kind, v.supply_treatment, v.place_country, v.place_state, v.place_code,
        v.lut_number, v.law, v.reason, v.created_at,
        (select coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'rate', t.rate,
                                     'taxable', v.net, 'amount', t.amount) order by t.position),
                         '[]')
           from voucher_taxes t where t.voucher_id = v.id) as taxes,
        (select coalesce(jsonb_agg(jsonb_build_object('cause', u.cause, 'source', u.source_id,
                                     'amount', u.amount,
                                     'tax', (select coalesce(sum(tax), 0)
                                               from unnest(u.taxes) as tax),
                                     'used_on', u.used_on, 'returned_on', u.returned_on)
                                   order by u.id), '[]')
           from advance_uses u where u.voucher_id = v.id) as uses
    """,
    of=_voucher,
    prefix="vch",
    what="voucher",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "wallet": Filter("wallet_id = %s", prefix="wal", refers="wallets", what="wallet"),
        "kind": Filter("kind = %s"),
    },
)
