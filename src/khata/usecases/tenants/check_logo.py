"""Check a logo by setting it in type: is it a picture, and how heavy does it make an invoice?"""

import base64
import binascii
from dataclasses import replace
from datetime import date
from typing import Final

from khata.core.document import InvoiceDocument, Party, Title
from khata.core.refusal import Kind, Refusal
from khata.ports.pdf import PdfRenderer

HEAVIEST: Final = 12_000  # bytes in the PDF: an invoice of one page stays below 100 kB


class LogoUnreadable(Refusal):
    """The logo is not a picture that can be set on an invoice."""


class LogoTooHeavy(Refusal):
    """The logo would make every invoice a large file."""

    kind = Kind.TOO_LARGE


def check_logo(url: str, *, pdf: PdfRenderer) -> None:
    """Refuse a logo, given as a data: URL, that no invoice should carry.

    Its weight is what it adds to a PDF: a picture of few bytes may be one of many dots.
    Raises: LogoUnreadable, LogoTooHeavy.
    """
    try:
        picture = base64.b64decode(url.partition(",")[2], validate=True)
    except binascii.Error:
        raise LogoUnreadable("The logo is no base64", param="branding.logo") from None
    bare = pdf.render(_BARE)
    shown = pdf.render(replace(_BARE, logo=picture))
    if shown == bare:  # the renderer put the monogram there instead
        raise LogoUnreadable(
            "The logo cannot be read as a PNG or an SVG; send the file as it is, in base64",
            param="branding.logo",
        )
    weight = len(shown) - len(bare)
    if weight > HEAVIEST:
        raise LogoTooHeavy(
            f"The logo would add {weight // 1000} kB to every invoice, and {HEAVIEST // 1000} kB "
            "is the most; send an SVG, or a PNG of some 500 × 180 dots in few colours",
            param="branding.logo",
        )


_BARE: Final = InvoiceDocument(
    title=Title.INVOICE,
    number="1",
    issued_on=date(2026, 4, 1),
    due_on=date(2026, 4, 1),
    status="paid",
    currency="INR",
    seller=Party(name="Logo"),
    buyer=Party(name="Logo"),
    lines=(),
    taxes=(),
    subtotal=0,
    tax=0,
    total=0,
    amount_paid=0,
    amount_due=0,
)
