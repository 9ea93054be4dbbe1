"""Lists of checks of tax numbers, and of evidence of where customers are."""

from khata.core.tax.location import KeptEvidence
from khata.core.tax.tax_id_check import TaxIdCheck
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.location_evidence import EVIDENCE_FIELDS, evidence_of
from khata.db.stores.tax_id_checks import CHECK_FIELDS, check_of

_CUSTOMER = Filter("customer_id = %s", prefix="cus", refers="customers", what="customer")

TAX_ID_CHECKS: Listing[TaxIdCheck] = Listing(
    source="(select *, checked_at as created_at from tax_id_checks) k",
    fields=CHECK_FIELDS,
    of=check_of,
    prefix="tic",
    what="tax id check",
    filters={"customer": _CUSTOMER},
)

LOCATION_EVIDENCE: Listing[KeptEvidence] = Listing(
    source="location_evidence",
    fields=EVIDENCE_FIELDS,
    of=evidence_of,
    prefix="loc",
    what="location evidence",
    filters={"customer": _CUSTOMER},
)
