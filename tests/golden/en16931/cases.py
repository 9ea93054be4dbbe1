"""Sales to tell by EN 16931. Amounts by hand: 19 % of 90.00 is 17.10, of 1,000.00 it is 190.00."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from khata.core.document import (
    BankDetails,
    DocumentLine,
    DocumentTax,
    InvoiceDocument,
    Party,
    Title,
)
from khata.core.exports.en16931.from_document import Sides
from khata.core.money import half_up
from khata.core.note_document import CreditNoteDocument

GERMAN: Mapping[str, Any] = {
    "name": "Wolke",
    "legal_name": "Wolke GmbH",
    "email": "rechnung@wolke.example",
    "country": "DE",
    "state": "BE",
    "address": {"line1": "Lindenstraße 1", "city": "Berlin", "postal_code": "10969"},
    "tax_id_type": "eu_vat",
    "tax_id": "DE136695976",
}
INDIAN: Mapping[str, Any] = {
    "name": "Chai Cloud",
    "legal_name": "Chai Cloud Pvt Ltd",
    "email": "billing@chai.example",
    "country": "IN",
    "state": "KA",
    "address": {"line1": "27 Church Street", "city": "Bengaluru", "postal_code": "560001"},
    "tax_id_type": "in_gst",
    "tax_id": "29ABCCT1234E1ZL",
}
FRENCH: Mapping[str, Any] = {
    "name": "Études & Fils <SARL>",
    "email": "compta@etudes.example",
    "country": "FR",
    "state": None,
    "address": {
        "line1": "3 rue du Bac",
        "line2": "Bât. B",
        "city": "Paris",
        "postal_code": "75007",
    },
    "tax_id_type": "eu_vat",
    "tax_id": "FR40303265045",
    "buyer_reference": "PO-4711",
}
OFFICE: Mapping[str, Any] = {
    "name": "Bundesamt für Beispiele",
    "email": "rechnung@amt.example",
    "country": "DE",
    "state": "BE",
    "address": {"line1": "Wilhelmstraße 5", "city": "Berlin", "postal_code": "10117"},
    "tax_id_type": "eu_vat",
    "tax_id": "DE129273398",
    "buyer_reference": "04011000-1234512345-06",  # KoSIT's example of a Leitweg-ID
}
CONSUMER: Mapping[str, Any] = {
    "name": "Klaus",
    "email": "klaus@example.com",
    "country": "DE",
    "state": None,
    "address": {},
    "tax_id_type": None,
    "tax_id": None,
}
AMERICAN: Mapping[str, Any] = {**CONSUMER, "name": "Globex Inc.", "country": "US", "state": "OR"}

SEPA = BankDetails("Wolke GmbH", "DE89 3704 0044 0532 0130 00", None, "Commerzbank", "COBADEFFXXX")
INDIAN_BANK = BankDetails("Chai Cloud Pvt Ltd", "123456789012", "HDFC0000123", "HDFC", "HDFCINBB")


def levy(treatment: str = "taxable", **known: Any) -> dict[str, Any]:
    """A kept levy, of Germany unless it says otherwise."""
    kept = {"regime": "vat", "country": "DE", "treatment": treatment, "law": "art. 45"}
    return kept | known


def reversed_to(country: str, buyer_id: str, **known: Any) -> dict[str, Any]:
    words = {"wording": "reverse_charge", "law": "Directive 2006/112/EC art. 44, 196"}
    return levy("reverse_charge", country=country, buyer_id=buyer_id, **words, **known)


HOME = levy(seller_id="DE136695976")
HOME_BUSINESS = levy(seller_id="DE136695976", buyer_id="DE129273398")
TO_FRANCE = reversed_to("FR", "FR40303265045", seller_id="DE136695976")
FROM_INDIA = reversed_to("FR", "FR40303265045")
BY_SHOP = levy(seller_id="EU372000041", scheme="non_union_oss")
OUTSIDE = levy("out_of_scope", country="DE")
UNREGISTERED = levy("not_registered", country="DE")


def line(
    position: int,
    amount: int,
    rate: str | None = None,
    *,
    tax: int | None = None,
    period: tuple[date, date] | None = (date(2026, 4, 1), date(2026, 4, 30)),
    **known: Any,
) -> DocumentLine:
    """A line of one of something, unless it says otherwise."""
    taxes: tuple[DocumentTax, ...] = ()
    if rate is not None:
        due = half_up(amount * Fraction(rate).numerator, 100 * Fraction(rate).denominator)
        taxes = (DocumentTax("VAT", rate, amount, due if tax is None else tax),)
    starts, ends = period or (None, None)
    plain: dict[str, Any] = {"description": "Pro", "quantity": 1, "unit_amount": amount}
    return DocumentLine(
        position=position,
        amount=amount,
        period_start=starts,
        period_end_inclusive=ends,
        taxes=taxes,
        **(plain | known),
    )


def invoice(*lines: DocumentLine, **known: Any) -> InvoiceDocument:
    """An open invoice in euros of these lines; its sums are those of the lines."""
    rows = [row for one in lines for row in one.taxes]
    tax, net = sum(row.amount for row in rows), sum(one.amount for one in lines)
    discount = sum(one.discount for one in lines)
    total = net + tax + known.get("round_off", 0)
    plain: dict[str, Any] = {
        "title": Title.INVOICE,
        "number": "RE-2026-00001",
        "issued_on": date(2026, 4, 1),
        "due_on": date(2026, 4, 15),
        "status": "open",
        "currency": "EUR",
        "seller": Party("Wolke GmbH", country="DE"),
        "buyer": Party("Firma", country="DE"),
        "lines": lines,
        "taxes": tuple(rows),
        "subtotal": net + discount,
        "discount": discount,
        "tax": tax,
        "total": total,
        "amount_paid": 0,
        "amount_due": total - known.get("amount_paid", 0),
        "bank": SEPA,
        "hosted_url": "https://billing.example/i/ten_1/abc",
    }
    return InvoiceDocument(**(plain | known))


def note(*lines: DocumentLine, **known: Any) -> CreditNoteDocument:
    """A credit note against RE-2026-00001 that lowers what it asks for."""
    rows = [row for one in lines for row in one.taxes]
    tax, net = sum(row.amount for row in rows), sum(one.amount for one in lines)
    total = net + tax + known.get("round_off", 0)
    plain: dict[str, Any] = {
        "number": "GS-2026-00001",
        "issued_on": date(2026, 4, 20),
        "invoice_number": "RE-2026-00001",
        "invoice_issued_on": date(2026, 4, 1),
        "currency": "EUR",
        "seller": Party("Wolke GmbH", country="DE"),
        "buyer": Party("Firma", country="DE"),
        "lines": tuple(replace(one, unit_amount=None) for one in lines),
        "taxes": tuple(rows),
        "subtotal": net,
        "tax": tax,
        "total": total,
        "reason": "A mistake",
        "to_invoice": total,
        "to_balance": 0,
        "to_refund": 0,
        "outside": 0,
    }
    return CreditNoteDocument(**(plain | known))


def sides(
    seller: Mapping[str, Any] = GERMAN,
    buyer: Mapping[str, Any] = OFFICE,
    levy: Mapping[str, Any] | None = HOME_BUSINESS,
    phone: str | None = "+49 30 1234567",
) -> Sides:
    return Sides(seller, buyer, levy, phone)
