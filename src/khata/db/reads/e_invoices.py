"""Lists of e-invoices, for the API and the dashboard."""

from typing import Final

from khata.core.e_invoice.standing import EInvoice
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.e_invoices import E_INVOICE_FIELDS, E_INVOICES, e_invoice_of

E_INVOICE_LIST: Final[Listing[EInvoice]] = Listing(
    source=E_INVOICES,
    fields=E_INVOICE_FIELDS,
    of=e_invoice_of,
    prefix="ein",
    what="e-invoice",
    filters={
        "invoice": Filter("invoice_id = %s", prefix="inv", refers="invoices", what="invoice"),
        "state": Filter("state = %s"),
    },
)
