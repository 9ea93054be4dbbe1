"""The value in rupees of a document in another currency, at the rate that it has kept."""

from dataclasses import replace
from decimal import Decimal

from khata.core.exact import rounded
from khata.core.exports.tax_document import TaxDocument, TaxLine
from khata.core.money import exponent


def in_rupees(document: TaxDocument, rate: Decimal | None) -> TaxDocument:
    """Return the document with its amounts in paise, `rate` being rupees for one unit.

    One in rupees is returned as it is, and so is one without a rate: nothing is guessed.
    Rounds: each amount half up; the total is the sum of the parts, and the round-off takes up
    what the rounding of the whole comes to, at most a paisa for each part.
    Source: CGST Rules, rule 34(2).
    """
    if document.currency == "INR" or rate is None:
        return document
    factor = rate * 100 / 10 ** exponent(document.currency)
    lines = tuple(_line(line, factor, rate) for line in document.lines)
    levied = rounded(document.levied * factor)
    total = rounded(document.total * factor)
    taxes = 0 if document.reverse_charge else sum(line.tax for line in lines)
    parts = sum(line.taxable for line in lines) + taxes + levied
    return replace(
        document,
        lines=lines,
        levied=levied,
        round_off=total - parts,
        total=total,
        exchange_rate=rate,
    )


def _line(line: TaxLine, factor: Decimal, rate: Decimal) -> TaxLine:
    return replace(
        line,
        taxable=rounded(line.taxable * factor),
        igst=rounded(line.igst * factor),
        cgst=rounded(line.cgst * factor),
        sgst=rounded(line.sgst * factor),
        cess=rounded(line.cess * factor),
        unit_price=line.unit_price * rate,
        discount=rounded(line.discount * factor),
    )
