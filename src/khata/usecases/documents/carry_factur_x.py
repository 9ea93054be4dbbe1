"""Let a document carry its own XML, where the tenant wants that and the buyer is a business."""

from dataclasses import replace
from typing import Final, TypeVar

import structlog

from khata.core.document import InvoiceDocument
from khata.core.exports.en16931.file import european_file
from khata.core.exports.en16931.from_document import Sides
from khata.core.exports.en16931.profiles import Format
from khata.core.note_document import CreditNoteDocument
from khata.core.refusal import Refusal

_log = structlog.get_logger(__name__)

VAT_IDS: Final = ("eu_vat", "gb_vat")
D = TypeVar("D", InvoiceDocument, CreditNoteDocument)


def carry_factur_x(document: D, sides: Sides) -> D:
    """Return the document with its XML; as it was, where VAT has no part or a rule is broken.

    A rule that the XML breaks must not hold up an invoice: asking for the XML says which it is.
    The seller's telephone is left out, as it may change and what was given out may not.
    """
    if not sides.levy or sides.levy.get("regime") != "vat" or not _is_business(sides):
        return document
    try:
        xml = european_file(document, replace(sides, phone=None), Format.CII)
    except Refusal as refusal:
        _log.warning("no_factur_x", number=document.number, reason=refusal.detail)
        return document
    return replace(document, factur_x=xml)


def _is_business(sides: Sides) -> bool:
    levy = sides.levy or {}
    return bool(levy.get("buyer_id")) or sides.buyer.get("tax_id_type") in VAT_IDS
