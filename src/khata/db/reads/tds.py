"""The list of withheld tax."""

from khata.core.tds import TdsReceivable
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.tds import TDS_FIELDS, tds_of

TDS_RECEIVABLES: Listing[TdsReceivable] = Listing(
    source="tds_receivables",
    fields=TDS_FIELDS,
    of=tds_of,
    prefix="tds",
    what="TDS receivable",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "invoice": Filter("invoice_id = %s", prefix="inv", refers="invoices", what="invoice"),
        "financial_year": Filter("financial_year = %s"),
        "quarter": Filter("quarter = substr(%s, 2)::smallint"),
        "status": Filter("status = %s"),
        "due_before": Filter("certificate_due_on < %s and status in ('awaited', 'short')"),
    },
)
