"""The UPI link that a payer's phone opens, with amount and reference filled in."""

from typing import Final
from urllib.parse import quote

from khata.core.document import InvoiceDocument
from khata.core.money import decimal_text

# What UPI moves in one payment between most accounts: 1,00,000 rupees. Some kinds of business may
# take more, but the payer's app decides, and a code that is refused helps nobody.
LARGEST: Final = 1_00_000_00

_LONGEST_NOTE = 50


def upi_link(document: InvoiceDocument) -> str | None:
    """Return the link that pays what is still due, or None when there is none that should be paid.

    UPI moves rupees only, at most LARGEST, to a named address. Who is charged automatically would
    pay twice, and in test mode no real money may move.
    Source: NPCI, UPI Linking Specifications 1.6: pa, pn, am, cu, tn (up to 50), tr.
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
    return "upi://pay?" + "&".join(
        f"{key}={quote(value, safe='@')}" for key, value in values.items()
    )
