"""What the template sets in type: a document with every value already spelled."""

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from unicodedata import category

from babel import Locale

from khata.adapters.pdf.two_languages import in_two_languages
from khata.core.document import (
    DocumentLine,
    DocumentTax,
    InvoiceDocument,
    Party,
    PortalMark,
    Title,
    WholePeriod,
)
from khata.core.money import exponent
from khata.core.upi import upi_link
from khata.core.words import grouped, grouped_digits, in_words

ELECTRONIC = (
    "This is an electronic document under the Information Technology Act, 2000; "
    "it needs no signature."
)
_CHARGED = "Will be charged to the payment method on file. There is nothing to do."
_AS_IT_IS = ("link", "url", "signed_qr", "irn")
_AWAITED = "Not yet registered at the invoice registration portal; the IRN follows"
_NUMBERED: dict[str, str] = {
    Title.DEBIT_NOTE: "Debit note number",
    Title.REVISED_INVOICE: "Revised invoice number",
    Title.BILL_OF_SUPPLY: "Bill number",
}
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_COUNTRIES = Locale("en").territories
_LONG_WORD = re.compile(r"[!-ɏ]{25,}")  # Latin; other scripts may not be cut anywhere


def sheet_of(document: InvoiceDocument) -> dict[str, Any]:
    """Return the values of the template, texts only, in the words of the document's language."""
    heads = list(dict.fromkeys(row.name for row in document.taxes))
    period = common_period(document.lines)
    sheet = {
        "title": document.title,
        "number": document.number,
        "language": document.language,
        "day": [document.issued_on.year, document.issued_on.month, document.issued_on.day],
        "status": document.status,
        "stamp": _stamp(document),
        "seller": party_told(document.seller),
        "buyer": party_told(document.buyer),
        "monogram": monogram(document.seller.trade_name or document.seller.name),
        "test": "TEST · not a tax invoice" if not document.livemode else None,
        "facts": _facts(document, period),
        "endorsement": endorsed(document.endorsement, document.levy_words),
        "indian": document.seller.country == "IN",
        "heads": heads,
        "priced": True,
        "lines": [
            line_told(line, document.currency, heads, told_above=period) for line in document.lines
        ],
        "taxes": [tax_told(row, document.currency) for row in document.taxes],
        "sums": _sums(document),
        "words": in_words(document.total, document.currency),
        "due": _due(document),
        "link": upi_link(document),
        "vpa": document.upi.vpa if document.upi and _could_have_code(document) else None,
        "bank": _bank(document),
        "charged": _CHARGED if document.asks_for_money and document.charged_automatically else None,
        "url": document.hosted_url if document.paid_by_hand else None,
        "notes": _notes(document),
        "terms": document.terms,
        "signatory": document.signatory,
        "electronic": ELECTRONIC if document.seller.country == "IN" else None,
        **portal_told(document.e_invoice),
    }
    return in_two_languages(sheet, total=document.total, currency=document.currency)


def showable(value: Any, covered: Container[int]) -> Any:
    """Return the sheet with only characters that some font covers, and long words breakable.

    One strange name must not stop a document: a character no font has becomes �.
    """
    if isinstance(value, str):
        text = "".join(_shown(c, covered) for c in value)
        return _LONG_WORD.sub(lambda word: "\u200b".join(_pieces(word[0])), text)
    if isinstance(value, list):
        return [showable(item, covered) for item in value]
    if isinstance(value, dict):
        return {
            key: item if key in _AS_IT_IS else showable(item, covered)
            for key, item in value.items()
        }
    return value


def day_text(day: date) -> str:
    """Spell a day so that no reader takes the month for the day: "31 Jan 2026"."""
    return f"{day.day} {_MONTHS.split()[day.month - 1]} {day.year}"


def _shown(character: str, covered: Container[int]) -> str:
    if "\u0020" <= character <= "\u007e" or character == "\n":
        return character
    kind = category(character)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    if kind in ("Co", "Cs", "Cn") or ord(character) not in covered:
        return "" if kind in ("Cf", "Mn") else "�"  # what has no shape of its own just goes
    return "" if character == "\ufeff" else character


def _pieces(word: str) -> list[str]:
    return [word[at : at + 12] for at in range(0, len(word), 12)]


def _stamp(document: InvoiceDocument) -> str | None:
    if document.status == "paid":
        return f"Paid {day_text(document.paid_on)}" if document.paid_on else "Paid"
    return {"void": "Void", "uncollectible": "Written off"}.get(document.status)


def endorsed(endorsement: str | None, words: Sequence[str]) -> str | None:
    """Return what laws make a document say, one under the other."""
    return "\n".join([*([endorsement] if endorsement else []), *words]) or None


def portal_told(mark: PortalMark | None) -> dict[str, Any]:
    """Return what stands beside the signed code; the code itself is drawn, never spelled."""
    irn = mark.irn if mark else None
    return {
        "registered": [
            ["IRN", irn],
            ["Ack No.", mark.ack_number or ""],
            ["Ack Date", mark.ack_at or ""],
        ]
        if mark and irn
        else None,
        "awaited": _AWAITED if mark and irn is None else None,
        "cancelled": "This IRN was cancelled at the portal" if mark and mark.cancelled else None,
    }


def party_told(party: Party) -> dict[str, Any]:
    state = party.state_name
    if state and party.state_code:
        state = f"{state} · State code {party.state_code}"
    label = party.tax_id_label or "Tax ID"
    return {
        "name": party.name,
        "trade_name": party.trade_name if party.trade_name != party.name else None,
        "lines": list(party.lines),
        "state": state,
        "country": _COUNTRIES.get(party.country, party.country),
        "tax_id": [label, party.tax_id] if party.tax_id else None,
        "email": party.email,
    }


def monogram(name: str) -> str:
    """Two letters for a seller without a logo: "Chai Cloud Pvt Ltd" → "CC"."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "·"


def _facts(document: InvoiceDocument, period: str | None) -> list[list[str]]:
    abroad = document.seller.country == "IN" != document.buyer.country
    country = _COUNTRIES.get(document.buyer.country, document.buyer.country)
    facts = [
        (_NUMBERED.get(document.title, "Invoice number"), document.number),
        ("Date of issue", day_text(document.issued_on)),
        ("Against invoice", document.original_number),
        ("Date of that invoice", _day_or_none(document.original_issued_on)),
        ("Due date", day_text(document.due_on)),
        ("Currency", document.currency),
        ("Period", period),
        ("Place of supply", document.place_of_supply),
        ("Country of destination", country if abroad else None),
        ("Reverse charge", _reverse_charge(document)),
        ("LUT (ARN)", document.lut),
        *_rupees(document),
        ("Subscription", document.subscription),
    ]
    return [[label, value] for label, value in facts if value]


def _day_or_none(day: date | None) -> str | None:
    return None if day is None else day_text(day)


def _reverse_charge(document: InvoiceDocument) -> str | None:
    if document.reverse_charge:
        return "Yes, tax is payable by the recipient"
    taxed = (
        Title.TAX_INVOICE,
        Title.EXPORT_INVOICE,
        Title.INVOICE_CUM_BILL,
        Title.DEBIT_NOTE,
        Title.REVISED_INVOICE,
    )
    if document.title not in taxed:
        return None
    return "No, under GST" if document.levy_words else "No"  # VAT's may well say the opposite


def _rupees(document: InvoiceDocument) -> list[tuple[str, str]]:
    """Spell what the law wants of an invoice in another currency: its value and tax in rupees."""
    value = document.rupees
    if value is None:
        return []
    tax = f", of which tax {grouped(value.tax, 'INR')}" if value.tax else ""
    return [
        ("Value in rupees", f"{grouped(value.total, 'INR')}{tax}"),
        ("Rate of exchange", f"₹{value.rate}, {day_text(value.on)}, {value.source}"),
    ]


def common_period(lines: Sequence[DocumentLine]) -> str | None:
    """Return the days that all of several lines are for, so that they need be said once only."""
    periods = {_period(line) for line in lines}
    return periods.pop() if len(lines) > 1 and len(periods) == 1 else None


def _period(line: DocumentLine) -> str | None:
    if line.period_start is None or line.period_end_inclusive is None:
        return None
    return f"{day_text(line.period_start)} – {day_text(line.period_end_inclusive)}"


def line_told(
    line: DocumentLine, currency: str, heads: Sequence[str], *, told_above: str | None
) -> dict[str, Any]:
    remarks = []
    if (period := _period(line)) and period != told_above:
        remarks.append(period)
    if line.part_of:
        remarks.append(_part(line.part_of, currency))
    if line.discount:
        remarks.append(f"less discount of {grouped(line.discount, currency)}")
    if line.unit_includes_tax:
        remarks.append("unit price includes tax")
    unit = line.unit_amount
    taxes = {row.name: tax_told(row, currency) for row in line.taxes}
    return {
        "position": str(line.position),
        "description": line.description,
        "remarks": remarks,
        "code": line.tax_code or "–",
        "quantity": _count(line.quantity, currency),
        "unit": "–" if unit is None else grouped_digits(unit, currency),
        "amount": grouped_digits(line.amount, currency),
        "taxes": [taxes.get(head) for head in heads],
    }


def _part(whole: WholePeriod, currency: str) -> str:
    """Say what was shared: part of a period: 10 of 31 days of 3 × 1,000.00."""
    price = grouped_digits(whole.unit_amount, currency)
    if whole.quantity != 1:
        price = f"{_count(whole.quantity, currency)} × {price}"
    return f"part of a period: {whole.part_days} of {whole.days} days of {price}"


def _count(quantity: int, currency: str) -> str:
    """Group a count as the money beside it is grouped: in an invoice in rupees, by lakh."""
    return grouped_digits(quantity * 10 ** exponent(currency), currency).partition(".")[0]


def tax_told(row: DocumentTax, currency: str) -> dict[str, str]:
    return {
        "name": row.name,
        "rate": f"{row.rate}%",
        "taxable": grouped_digits(row.taxable, currency),
        "amount": grouped_digits(row.amount, currency),
    }


def _sums(document: InvoiceDocument) -> list[dict[str, Any]]:
    def row(label: str, amount: int, weight: str = "plain") -> dict[str, Any]:
        return {"label": label, "amount": grouped(amount, document.currency), "weight": weight}

    rows = [row("Subtotal", document.subtotal)]
    if document.discount:
        rows.append(row("Discount", -document.discount))
        rows.append(row("Taxable value", document.subtotal - document.discount))
    rows += [row(f"{tax.name} {tax.rate}%", tax.amount) for tax in document.taxes]
    if document.round_off:
        rows.append(row("Round off", document.round_off))
    rows.append(row("Total", document.total, "total"))
    if document.carried:
        rows.append(row(f"Paid ({document.original_number})", -document.carried))
    if document.by_credit > document.carried:
        rows.append(row("Paid from credit balance", document.carried - document.by_credit))
    if document.by_wallet:
        rows.append(row("Paid from wallet", -document.by_wallet))
    if document.paid_otherwise:
        how = f" ({document.payment_method})" if document.payment_method else ""
        rows.append(row(f"Paid{how}", -document.paid_otherwise))
    if document.tds_withheld:
        rows.append(row("TDS withheld", -document.tds_withheld))
    if document.credited:
        rows.append(row("Credit notes", -document.credited))
    rows.append(row("Amount due", document.amount_due, "due"))
    return rows


def _notes(document: InvoiceDocument) -> list[str] | None:
    if document.reason:
        return ["Reason", document.reason]
    return ["Notes", document.notes] if document.notes else None


def _due(document: InvoiceDocument) -> str | None:
    if not document.asks_for_money:
        return None
    return f"{grouped(document.amount_due, document.currency)} by {day_text(document.due_on)}"


def _could_have_code(document: InvoiceDocument) -> bool:
    """Whether a UPI code stands here, or in test mode the place of one."""
    return upi_link(replace(document, livemode=True)) is not None


def _bank(document: InvoiceDocument) -> list[list[str]] | None:
    bank = document.bank
    if bank is None or not document.paid_by_hand:
        return None
    rows = [
        ("Account name", bank.account_name),
        ("Account number", bank.account_number),
        ("Bank", bank.bank),
        ("IFSC", bank.ifsc),
        ("SWIFT", bank.swift),
    ]
    return [[label, value] for label, value in rows if value]
