"""Lists of invoice items: what waits for an invoice, and what was billed so."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khata.core.tax.nature import TaxClass
from khata.db.reads.lists import Filter, Listing


@dataclass(frozen=True, slots=True)
class InvoiceItemView:
    id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    invoice_id: UUID | None
    currency: str
    tax_behavior: str
    kind: str
    description: str
    tax_code: str
    tax_class: TaxClass
    quantity: int
    unit_amount: int
    amount: int
    period_start: date
    period_end: date
    created_at: datetime
    withdrawn_at: datetime | None


def _item(row: dict[str, Any]) -> InvoiceItemView:
    return InvoiceItemView(**row | {"tax_class": TaxClass(row["tax_class"])})


INVOICE_ITEMS: Listing[InvoiceItemView] = Listing(
    source="invoice_items w",
    fields="""id, customer_id, subscription_id, invoice_id, currency, tax_behavior, kind,
        description, tax_code, tax_class, quantity, unit_amount, amount, period_start, period_end,
        created_at, withdrawn_at""",
    of=_item,
    prefix="ii",
    what="invoice item",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "subscription": Filter(
            "subscription_id = %s", prefix="sub", refers="subscriptions", what="subscription"
        ),
    },
)
