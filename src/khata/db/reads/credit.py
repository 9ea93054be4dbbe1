"""Lists of what changed customers' credit balances."""

from typing import Any

from khata.core.credit import CreditEntry
from khata.db.reads.lists import Filter, Listing


def _entry(row: dict[str, Any]) -> CreditEntry:
    return CreditEntry(**row)


CREDIT_ENTRIES: Listing[CreditEntry] = Listing(
    source="credit_entries",
    fields="id, customer_id, currency, amount, cause, source_id, balance, created_at",
    of=_entry,
    prefix="cre",
    what="credit entry",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer")
    },
)
