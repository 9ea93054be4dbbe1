"""Who has to print the dynamic QR code on what consumers get: core/upi.py has what it says."""

from datetime import date
from typing import Final

from khata.core.e_invoice.applicability import Applicability, SellerStanding
from khata.core.e_invoice.dated import CONSUMER_QR, ExemptClass, in_force
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.tax.gstin import is_uin
from khata.core.tax.place_of_supply import SupplyKind, Treatment

# Units in an SEZ and the government need no IRNs, but are not named here.
_EXEMPT: Final = frozenset(
    {
        ExemptClass.BANK_OR_INSURER,
        ExemptClass.GOODS_TRANSPORT,
        ExemptClass.PASSENGER_TRANSPORT,
        ExemptClass.MULTIPLEX,
    }
)
_LAW: Final = "Notf. 14/2020-CT"


def consumer_qr(
    document: TaxDocument, seller: SellerStanding, *, oidar: bool = False
) -> Applicability:
    """Decide whether a document has to carry the code; `oidar`: its seller sells from abroad.

    Source: CGST Rule 46, sixth proviso; Notf. 14/2020-CT and 71/2020-CT; Circular 156/12/2021-GST:
    who holds a UIN counts as a consumer.
    """
    if document.kind is not DocumentKind.INVOICE or document.treatment is Treatment.OUT_OF_SCOPE:
        return Applicability(False, "It is no tax invoice", "CGST Rule 46")
    if document.supply is SupplyKind.EXPORT:
        return Applicability(False, "Exports have IRNs instead", f"{_LAW}; Circular 156/12/2021")
    if document.buyer.gstin is not None and not is_uin(document.buyer.gstin):
        return Applicability(False, "The buyer is registered", _LAW)
    if oidar:
        return Applicability(False, "It is sold from abroad", f"{_LAW}; IGST Act s.14")
    if seller.exempt_as in _EXEMPT:
        return Applicability(False, f"Sellers of the class {seller.exempt_as} need not", _LAW)
    bound = in_force(CONSUMER_QR, document.issued_on)
    if bound is None or not shows_consumers_qr(seller, on=document.issued_on):
        return Applicability(False, "The turnover of no year before was above 500 crore", _LAW)
    return Applicability(True, "A consumer's invoice of a seller above 500 crore", bound.source)


def shows_consumers_qr(seller: SellerStanding, *, on: date) -> bool:
    """Say whether a seller's turnover asks for the code on what consumers get on a day.

    Source: Notf. 14/2020-CT: above 500 crore in a year before, from 2017-18 on.
    """
    bound = in_force(CONSUMER_QR, on)
    return bound is not None and seller.highest_before(on) > bound.rupees
