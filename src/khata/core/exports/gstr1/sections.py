"""Which table of GSTR-1 a document's lines stand in: one decision, asked by all the rest."""

from enum import StrEnum

from khata.core.exact import rounded
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.return_rules import large_above
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument
from khata.core.money import exponent
from khata.core.tax.gstin import is_uin
from khata.core.tax.place_of_supply import SupplyKind, Treatment


class Section(StrEnum):
    """The tables, by their names in the file. There is none for e-commerce operators.

    Supplies through an operator (supeco) and an operator's own (ecom) are not made here: who
    sells through khata sells in its own name, on its own site.
    """

    B2B = "b2b"  # 4A, 4B, 6B, 6C: to who has a GSTIN or a UIN, one by one
    B2CL = "b2cl"  # 5: to consumers of another state, large ones one by one
    B2CS = "b2cs"  # 7: to all other consumers, netted
    EXP = "exp"  # 6A
    CDNR = "cdnr"  # 9B: notes to the registered
    CDNUR = "cdnur"  # 9B: notes on exports and large consumers' invoices
    NIL = "nil"  # 8: nil rated, exempt, outside GST
    AT = "at"  # 11A: advances received, not yet invoiced
    TXPD = "txpd"  # 11B: advances of earlier periods that invoices took up


_VOUCHERS = (DocumentKind.RECEIPT_VOUCHER, DocumentKind.REFUND_VOUCHER)


def section_of(document: TaxDocument, nature: Nature, *, period: ReturnPeriod) -> Section | None:
    """Return the table for the lines of this nature, or None where no table has them.

    A cancelled document is told of by its number only, and what no GST reaches by nothing.
    Source: CGST Rules, rule 59(4); form GSTR-1, tables 4 to 11.
    """
    if document.cancelled or document.treatment is Treatment.OUT_OF_SCOPE:
        return None
    if document.kind in _VOUCHERS:
        return Section.AT if _advance_is_taxed(document, nature) else None
    is_note = document.kind.is_note
    if document.supply is SupplyKind.EXPORT:
        return Section.CDNUR if is_note else Section.EXP
    if nature is not Nature.TAXABLE:
        return Section.NIL
    if document.buyer_registered:
        return Section.CDNR if is_note else Section.B2B
    if is_large(document, period=period):
        return Section.CDNUR if is_note else Section.B2CL
    return Section.B2CS


def is_large(document: TaxDocument, *, period: ReturnPeriod) -> bool:
    """Say whether a consumer's document is listed on its own: by value, across a state border.

    An invoice is measured by the period it is declared in. A note goes where its invoice went,
    so it is measured by that invoice's month, and by the larger of the two values.
    Source: CGST Rules, rule 59(4)(b)(i); form GSTR-1, tables 5 and 9B.
    """
    if document.supply is SupplyKind.INTRA:
        return False
    original = document.original
    if document.kind.is_note and original is not None:
        value = max(document.total, _in_paise(original.total, document))
        return value > large_above(ReturnPeriod.of(original.issued_on))
    return document.total > large_above(period)


def _in_paise(total: int, note: TaxDocument) -> int:
    """Return what a note's original came to, in paise: a note keeps its original's rate."""
    if note.currency == "INR" or note.exchange_rate is None:
        return total
    return rounded(total * note.exchange_rate * 100 / 10 ** exponent(note.currency))


def to_registered_person(document: TaxDocument) -> bool:
    """Say whether the buyer is a registered person, which the holder of a UIN is not.

    Source: CGST Act s.2(94).
    """
    gstin = document.buyer.gstin
    return gstin is not None and not is_uin(gstin)


def in_registered_half(document: TaxDocument, nature: Nature) -> bool:
    """Say which half of table 12 a line stands in: that of table 4, or that of consumers.

    Exports stand with the consumers. A UIN's taxable supplies are in table 4, and so here too.
    """
    if document.supply is SupplyKind.EXPORT:
        return False
    if nature is Nature.TAXABLE:
        return document.buyer_registered
    return to_registered_person(document)


def invoice_type(document: TaxDocument) -> str:
    """Return R, for an SEZ SEWP or SEWOP, and DE for a deemed export: tables 4A, 6B, 6C."""
    if document.is_deemed_export:
        return "DE"
    if document.supply is not SupplyKind.SEZ:
        return "R"
    return "SEWP" if _with_payment(document) else "SEWOP"


def export_type(document: TaxDocument) -> str:
    return "WPAY" if _with_payment(document) else "WOPAY"


def note_type(document: TaxDocument) -> str:
    """Return what a note without a registered buyer goes back to."""
    if document.supply is not SupplyKind.EXPORT:
        return "B2CL"
    return "EXPWP" if _with_payment(document) else "EXPWOP"


def _with_payment(document: TaxDocument) -> bool:
    return document.treatment is Treatment.ZERO_RATED_WITH_IGST


def _advance_is_taxed(document: TaxDocument, nature: Nature) -> bool:
    return (
        nature is Nature.TAXABLE
        and not document.reverse_charge
        and document.treatment is not Treatment.ZERO_RATED_LUT
    )
