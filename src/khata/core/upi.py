"""The UPI link that a payer's phone opens, with amount and reference filled in."""

from typing import Final
from urllib.parse import quote

from khata.core.document import InvoiceDocument
from khata.core.money import decimal_text

# What UPI moves in one payment between most accounts: 1,00,000 rupees. Some kinds of business may
# take more, but the payer's app decides, and a code that is refused helps nobody.
LARGEST: Final = 1_00_000_00

_LONGEST_NOTE = 50
_HEADS = ("CGST", "SGST", "IGST", "CESS")
_UNION = {"UTGST": "SGST"}  # the link's fields know no head of union territories


def upi_link(document: InvoiceDocument) -> str | None:
    """Return the link that pays what is still due, or None when there is none that should be paid.

    UPI moves rupees only, at most LARGEST, to a named address. Who is charged automatically would
    pay twice, and in test mode no real money may move. Where the payee says so it tells the GST.
    Source: NPCI, UPI Linking Specifications 1.6: pa, pn, am, cu, tn (up to 50), tr, and its fields
    of GST; what they have to tell a consumer: Notf. 14/2020-CT, Circular 146/02/2021-GST.
    """
    payee = document.upi
    if payee is None or not document.livemode or not document.paid_by_hand:
        return None
    if document.currency != "INR" or document.amount_due > LARGEST:
        return None
    values = {
        "pa": payee.vpa,
        "pn": payee.name,
        "am": decimal_text(document.amount_due, "INR"),
        "cu": "INR",
        "tn": f"Invoice {document.number}"[:_LONGEST_NOTE],
        "tr": document.number,
    }
    if payee.gstin is not None:
        values |= _gst_told(document, payee.gstin)
    return "upi://pay?" + "&".join(
        f"{key}={quote(value, safe='@')}" for key, value in values.items()
    )


def _gst_told(document: InvoiceDocument, gstin: str) -> dict[str, str]:
    return {
        "gstIn": gstin,
        "invoiceNo": document.number,
        "invoiceDate": f"{document.issued_on.isoformat()}T00:00:00+05:30",
        "gstBrkUp": _by_heads(document),
    }


def _by_heads(document: InvoiceDocument) -> str:
    """Spell the tax by heads: GST:180.00|CGST:90.00|SGST:90.00; a cess is none of the GST."""
    heads = dict.fromkeys(_HEADS, 0)
    for row in document.taxes:
        name = "CESS" if row.name.upper().endswith("CESS") else _UNION.get(row.name, row.name)
        if name in heads:  # a tax of another state beside them is none of the GST
            heads[name] += row.amount
    whole = sum(tax for name, tax in heads.items() if name != "CESS")
    told = [("GST", whole), *((name, tax) for name, tax in heads.items() if tax)]
    return "|".join(f"{name}:{decimal_text(tax, 'INR')}" for name, tax in told)
