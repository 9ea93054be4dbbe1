"""One document as one file of EN 16931: built, checked and written."""

from khata.core.exports.en16931.cii import cii_of
from khata.core.exports.en16931.from_document import Sides, european_invoice
from khata.core.exports.en16931.profiles import PROFILES, Format, Syntax
from khata.core.exports.en16931.rules import check
from khata.core.exports.en16931.ubl import ubl_of
from khata.core.note_document import Billing


def european_file(document: Billing, sides: Sides, format: Format) -> bytes:
    """Return a document as XML in the format that is asked for.

    Raises: NoEuropeanVat, InvoiceIsVoid, EuropeanRuleBroken.
    """
    invoice = european_invoice(document, sides)
    check(invoice, format)
    profile = PROFILES[format]
    write = cii_of if profile.syntax is Syntax.CII else ubl_of
    return write(invoice, profile)
