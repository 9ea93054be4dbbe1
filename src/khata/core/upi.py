"""The UPI link that a payer's phone opens, with amount and reference filled in."""

from urllib.parse import quote

from khata.core.document import InvoiceDocument
from khata.core.money import decimal_text

_LONGEST_NOTE = 50


def upi_link(document: InvoiceDocument) -> str | None:
    """Return the link that pays what is still due, or None when UPI cannot pay it.

    UPI moves rupees only, to a named address, and an invoice that is closed asks for nothing.
    Source: NPCI, UPI Linking Specifications 1.6: pa, pn, am, cu, tn (up to 50), tr.
    """
    payee = document.upi
    if payee is None or document.currency != "INR":
        return None
    if document.status != "open" or document.amount_due <= 0:
        return None
    values = {
        "pa": payee.vpa,
        "pn": payee.name,
        "am": decimal_text(document.amount_due, "INR"),
        "cu": "INR",
        "tn": f"Invoice {document.number}"[:_LONGEST_NOTE],
        "tr": document.number,
    }
    return "upi://pay?" + "&".join(
        f"{key}={quote(value, safe='@')}" for key, value in values.items()
    )
