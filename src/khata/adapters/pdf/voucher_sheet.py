"""What the template sets in type of a voucher, with every value already spelled."""

from typing import Any

from khata.adapters.pdf.sheet import (
    ELECTRONIC,
    day_text,
    line_told,
    monogram,
    party_told,
    portal_told,
    tax_told,
)
from khata.adapters.pdf.two_languages import in_two_languages
from khata.core.document import DocumentLine
from khata.core.voucher_document import VoucherDocument
from khata.core.words import grouped, in_words


def voucher_sheet_of(voucher: VoucherDocument) -> dict[str, Any]:
    """Return the values of the template; what only an invoice has is left empty."""
    heads = list(dict.fromkeys(row.name for row in voucher.taxes))
    line = DocumentLine(
        position=1,
        description=voucher.description,
        quantity=1,
        amount=voucher.net,
        tax_code=voucher.tax_code,
        taxes=voucher.taxes,
    )
    sheet = {
        "title": voucher.title,
        "number": voucher.number,
        "language": voucher.language,
        "day": [voucher.issued_on.year, voucher.issued_on.month, voucher.issued_on.day],
        "status": "issued",
        "stamp": None,
        "seller": party_told(voucher.seller),
        "buyer": party_told(voucher.buyer),
        "monogram": monogram(voucher.seller.trade_name or voucher.seller.name),
        "test": None if voucher.livemode else f"TEST · not a {voucher.title.lower()}",
        "facts": _facts(voucher),
        "endorsement": voucher.endorsement,
        "indian": voucher.seller.country == "IN",
        "heads": heads,
        "priced": False,
        "lines": [line_told(line, voucher.currency, heads, told_above=None)],
        "taxes": [tax_told(row, voucher.currency) for row in voucher.taxes],
        "sums": _sums(voucher),
        "words": in_words(voucher.total, voucher.currency),
        "due": None,
        "link": None,
        "vpa": None,
        "bank": None,
        "charged": None,
        "url": None,
        "notes": ["Reason", voucher.reason] if voucher.reason else None,
        "terms": None,
        "signatory": voucher.signatory,
        "electronic": ELECTRONIC if voucher.seller.country == "IN" else None,
        **portal_told(None),
    }
    return in_two_languages(sheet, total=voucher.total, currency=voucher.currency)


def _facts(voucher: VoucherDocument) -> list[list[str]]:
    on = voucher.receipt_issued_on
    reversed_ = "Yes, tax is payable by the recipient" if voucher.reverse_charge else "No"
    facts = [
        ("Voucher number", voucher.number),
        ("Date of issue", day_text(voucher.issued_on)),
        ("Against receipt voucher", voucher.receipt_number),
        ("Date of that voucher", day_text(on) if on else None),
        ("Currency", voucher.currency),
        ("Place of supply", voucher.place_of_supply),
        ("Reverse charge", reversed_),
        ("LUT (ARN)", voucher.lut),
    ]
    return [[label, value] for label, value in facts if value]


def _sums(voucher: VoucherDocument) -> list[dict[str, Any]]:
    def row(label: str, amount: int, weight: str = "plain") -> dict[str, Any]:
        return {"label": label, "amount": grouped(amount, voucher.currency), "weight": weight}

    is_refund = voucher.receipt_number is not None
    rows = [row("Advance without tax", voucher.net)]
    rows += [row(f"{tax.name} {tax.rate}%", tax.amount) for tax in voucher.taxes]
    return [
        *rows,
        row("Amount given back" if is_refund else "Amount received", voucher.total, "total"),
    ]
