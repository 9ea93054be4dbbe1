"""The dynamic QR code on what consumers get: a UPI link that also tells the tax."""

from typing import Final
from urllib.parse import quote

from khata.core.e_invoice.applicability import Applicability, SellerStanding
from khata.core.e_invoice.dated import CONSUMER_QR, ExemptClass, in_force
from khata.core.exports.inv01 import rupees
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
_LONGEST_NOTE: Final = 50
_LAW: Final = "Notf. 14/2020-CT"


def consumer_qr(
    document: TaxDocument, seller: SellerStanding, *, oidar: bool = False
) -> Applicability:
    """Decide whether a document has to carry the code; `oidar`: its seller sells from abroad.

    Source: CGST Rule 46, sixth proviso; Notf. 14/2020-CT and 71/2020-CT; Circular 156/12/2021-GST:
    who holds a UIN counts as a consumer.
    """
    bound = in_force(CONSUMER_QR, document.issued_on)
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
    if bound is None or seller.highest_before(document.issued_on) <= bound.rupees:
        return Applicability(False, "The turnover of no year before was above 500 crore", _LAW)
    return Applicability(True, "A consumer's invoice of a seller above 500 crore", bound.source)


def consumer_qr_text(document: TaxDocument, *, vpa: str, payee: str, due: int) -> str | None:
    """Return the link that the code carries, or None where nothing is left to pay.

    `due` is in paise, what is left of the total. One paid before needs no code: a reference to the
    payment is enough. Anyone may print it, who need not as well.
    Source: Circular 146/02/2021-GST; NPCI, UPI linking specification 1.6 with its GST fields.
    """
    if due <= 0:
        return None
    values = {
        "pa": vpa,
        "pn": payee,
        "tr": document.number,
        "tn": f"Invoice {document.number}"[:_LONGEST_NOTE],
        "am": str(rupees(due)),
        "cu": "INR",
        "gstIn": document.seller.gstin or "",
        "invoiceNo": document.number,
        "invoiceDate": f"{document.issued_on.isoformat()}T00:00:00+05:30",
        "gstBrkUp": _tax_told(document),
    }
    return "upi://pay?" + "&".join(f"{key}={quote(told, safe='@')}" for key, told in values.items())


def _tax_told(document: TaxDocument) -> str:
    """Spell the tax by heads: GST:180.00|CGST:90.00|SGST:90.00."""
    heads = {
        "CGST": sum(line.cgst for line in document.lines),
        "SGST": sum(line.sgst for line in document.lines),
        "IGST": sum(line.igst for line in document.lines),
        "CESS": sum(line.cess for line in document.lines),
    }
    whole = document.tax - heads["CESS"]
    told = [
        f"GST:{rupees(whole)}",
        *(f"{name}:{rupees(tax)}" for name, tax in heads.items() if tax),
    ]
    return "|".join(told)
