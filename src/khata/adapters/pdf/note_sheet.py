"""What the template sets in type of a credit note, with every value already spelled."""

from typing import Any

from khata.adapters.pdf.sheet import (
    ELECTRONIC,
    common_period,
    day_text,
    endorsed,
    line_told,
    monogram,
    party_told,
    tax_told,
)
from khata.core.note_document import CreditNoteDocument
from khata.core.words import grouped, in_words


def note_sheet_of(note: CreditNoteDocument) -> dict[str, Any]:
    """Return the values of the template; what only an invoice has is left empty."""
    heads = list(dict.fromkeys(row.name for row in note.taxes))
    period = common_period(note.lines)
    return {
        "title": note.title,
        "number": note.number,
        "language": note.language,
        "day": [note.issued_on.year, note.issued_on.month, note.issued_on.day],
        "status": "issued",
        "stamp": None,
        "seller": party_told(note.seller),
        "buyer": party_told(note.buyer),
        "monogram": monogram(note.seller.trade_name or note.seller.name),
        "test": None if note.livemode else "TEST · not a credit note",
        "facts": _facts(note, period),
        "endorsement": endorsed(None, note.levy_words),
        "indian": note.seller.country == "IN",
        "heads": heads,
        "priced": False,
        "lines": [line_told(line, note.currency, heads, told_above=period) for line in note.lines],
        "taxes": [tax_told(row, note.currency) for row in note.taxes],
        "sums": _sums(note),
        "words": in_words(note.total, note.currency),
        "due": None,
        "link": None,
        "vpa": None,
        "bank": None,
        "charged": None,
        "url": None,
        "notes": ["Reason", note.reason],
        "terms": None,
        "signatory": note.signatory,
        "electronic": ELECTRONIC if note.seller.country == "IN" else None,
    }


def _facts(note: CreditNoteDocument, period: str | None) -> list[list[str]]:
    facts = [
        ("Credit note number", note.number),
        ("Date of issue", day_text(note.issued_on)),
        ("Against invoice", note.invoice_number),
        ("Date of that invoice", day_text(note.invoice_issued_on)),
        ("Currency", note.currency),
        ("Days taken back", period),
        ("Place of supply", note.place_of_supply),
    ]
    return [[label, value] for label, value in facts if value]


def _sums(note: CreditNoteDocument) -> list[dict[str, Any]]:
    def row(label: str, amount: int, weight: str = "plain") -> dict[str, Any]:
        return {"label": label, "amount": grouped(amount, note.currency), "weight": weight}

    rows = [row("Taxable value credited" if note.taxes else "Credited", note.subtotal)]
    rows += [row(f"{tax.name} {tax.rate}%", tax.amount) for tax in note.taxes]
    if note.round_off:
        rows.append(row("Round off", note.round_off))
    rows.append(row("Total credited", note.total, "total"))
    ways = [
        ("Taken off the invoice", note.to_invoice),
        ("Kept as your credit", note.to_balance),
        ("Paid back to you", note.to_refund),
        ("Settled otherwise", note.outside),
    ]
    return rows + [row(label, amount) for label, amount in ways if amount]
