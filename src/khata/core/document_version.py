"""Which state of an invoice a document shows: what can change of it once it is finalized."""

import hashlib
import json
from dataclasses import astuple

from khata.core.document import InvoiceDocument, PortalMark
from khata.core.note_document import CreditNoteDocument


def version_of(document: InvoiceDocument) -> str:
    """Return a name for the state that the document shows, such as `paid-118000`.

    An invoice is kept as a file once for each: what it has been paid, credited, withheld, voided or
    written off, valued in rupees, registered at a portal, and while it asks for money, where that
    goes. The look of the page (a logo, a template, a font) is no part of it, so that a copy made
    years later is the copy that was given out.
    """
    state = f"{document.status}-{document.amount_paid}"
    if document.factur_x is not None:
        state += "-factur-x"
    if document.credited:
        state += f"-less-{document.credited}"
    if document.tds_withheld:
        state += f"-tds-{document.tds_withheld}"
    if document.rupees:
        state += f"-inr-{document.rupees.rate}"
    state += portal_version(document.e_invoice)
    if not document.asks_for_money:
        return state
    return f"{state}-by-hand-{_where(document)}" if document.paid_by_hand else f"{state}-charged"


def version_of_note(name: str, note: CreditNoteDocument) -> str:
    """Return a name for what the note of this name shows: always the same, but for XML and IRN."""
    xml = "-factur-x" if note.factur_x is not None else ""
    return f"{name}{xml}{portal_version(note.e_invoice)}"


def portal_version(mark: PortalMark | None) -> str:
    """Tell what was given out before its IRN came from what is given out with it."""
    if mark is None:
        return ""
    if mark.irn is None:
        return "-irn-awaited"
    return f"-irn-{mark.irn[:16]}" + ("-cancelled" if mark.cancelled else "")


def _where(document: InvoiceDocument) -> str:
    """Tell one way to pay from another: money must not go where it was to go a year ago."""
    ways = [
        document.upi.vpa if document.upi else None,
        astuple(document.bank) if document.bank else None,
        document.hosted_url,
        *([document.upi.gstin] if document.upi and document.upi.gstin else []),
    ]
    return hashlib.sha256(json.dumps(ways).encode()).hexdigest()[:16]
