"""From a finished document to EN 16931: what khata decided about VAT, in the standard's terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from khata.core.document import DocumentLine, DocumentTax, InvoiceDocument
from khata.core.exports.en16931 import electronic_addresses
from khata.core.exports.en16931.accounts import iban_of
from khata.core.exports.en16931.categories import VatTreated, category_of, checked_levy
from khata.core.exports.en16931.model import (
    Breakdown,
    Category,
    Days,
    EuropeanInvoice,
    Identifier,
    Line,
    Means,
    Party,
    Payment,
    Preceding,
    Totals,
    TypeCode,
)
from khata.core.note_document import Billing, CreditNoteDocument
from khata.core.refusal import Kind, Refusal
from khata.core.tax.national_vat import national_vat_of

_VAT_IDS: Final = ("eu_vat", "gb_vat")
_TEST: Final = "TEST · not a tax invoice"


class InvoiceIsVoid(Refusal):
    """A void invoice asks for nothing and is not given out as a file to be booked."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class Sides:
    """What a document's page does not show: both parties' facts and the levy, as they are kept."""

    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    levy: Mapping[str, Any] | None = None
    phone: str | None = None  # of the seller


def european_invoice(document: Billing, sides: Sides) -> EuropeanInvoice:
    """Return an invoice or a credit note in the terms of EN 16931; it may still break its rules.

    Raises: NoEuropeanVat, InvoiceIsVoid.
    Source: EN 16931-1:2017; UNTDID 1001 for 380 and 381.
    """
    levy = checked_levy(document, sides.levy)
    treated = [category_of(line, levy) for line in document.lines]
    lines = tuple(_line(*pair) for pair in zip(document.lines, treated, strict=True))
    breakdown = _breakdown(document, treated)
    shows_vat = all(one.category is not Category.OUT_OF_SCOPE for one in breakdown)
    days = [line.days for line in lines if line.days]
    is_note = isinstance(document, CreditNoteDocument)
    national = national_vat_of(levy)
    return EuropeanInvoice(
        number=document.number,
        issued_on=document.issued_on,
        type=TypeCode.CREDIT_NOTE if is_note else TypeCode.INVOICE,
        currency=document.currency,
        seller=_seller(sides, levy, shows_vat=shows_vat),
        buyer=_buyer(sides, levy, shows_vat=shows_vat),
        lines=lines,
        breakdown=breakdown,
        totals=replace(
            _totals(document, lines, breakdown),
            vat_in_tax_currency=national.tax if national else None,
        ),
        tax_currency=national.rate.unit if national else None,
        due_on=None if isinstance(document, CreditNoteDocument) else document.due_on,
        buyer_reference=sides.buyer.get("buyer_reference"),
        terms=_terms(document),
        notes=_notes(document),
        preceding=_preceding(document),
        days=Days(min(one.first for one in days), max(one.last for one in days)) if days else None,
        payment=_payment(document),
    )


def _line(line: DocumentLine, treated: VatTreated) -> Line:
    """Tell a line so that quantity × price / base quantity, less its allowance, is its net.

    A price that does not give the amount (tiers, tax inside, a share of days) is told as that of
    the whole quantity, so that nothing is rounded. Source: PEPPOL-EN16931-R120, BR-27.
    """
    gross = line.amount + line.discount
    quantity = line.quantity or 1
    price, base = line.unit_amount, 1
    if gross < 0:
        quantity, price, base = -abs(quantity), abs(gross), abs(quantity)
    elif price is None or line.unit_includes_tax or quantity * price != gross or price < 0:
        price, base = gross, quantity
    starts, ends = line.period_start, line.period_end_inclusive
    return Line(
        id=str(line.position),
        quantity=quantity,
        net=line.amount,
        price=price,
        base_quantity=base,
        name=line.description,
        category=treated.category,
        rate=treated.rate,
        days=Days(starts, ends) if starts and ends and starts <= ends else None,
        allowance=line.discount,
        allowance_reason="Discount" if line.discount else None,
    )


def _breakdown(document: Billing, treated: Sequence[VatTreated]) -> tuple[Breakdown, ...]:
    """Add up the lines by category and rate. Source: BR-S-08, BR-CO-18."""
    sums: dict[VatTreated, list[int]] = {}
    for line, one in zip(document.lines, treated, strict=True):
        found = sums.setdefault(one, [0, 0])
        found[0] += line.amount
        found[1] += sum(row.amount for row in _vat(line.taxes))
    return tuple(
        Breakdown(one.category, one.rate, taxable, tax, one.reason, one.reason_code)
        for one, (taxable, tax) in sums.items()
    )


def _vat(rows: Sequence[DocumentTax]) -> list[DocumentTax]:
    return [row for row in rows if row.name == "VAT"]


def _totals(document: Billing, lines: Sequence[Line], breakdown: Sequence[Breakdown]) -> Totals:
    net, vat = sum(line.net for line in lines), sum(one.tax for one in breakdown)
    paid = 0 if isinstance(document, CreditNoteDocument) else document.amount_paid
    return Totals(
        lines=net,
        without_vat=net,
        vat=vat,
        with_vat=net + vat,
        paid=paid,
        rounding=document.round_off,
        payable=net + vat - paid + document.round_off,
    )


def _seller(sides: Sides, levy: Mapping[str, Any], *, shows_vat: bool) -> Party:
    """Name the seller by its VAT id; the one-stop shop's EU number is no VAT id of a state.

    Where no VAT applies its VAT id may not be shown (BR-O-02), so that it is a plain number.
    """
    own = _number(sides.seller)
    vat_id = levy.get("seller_id") or (own if _has_vat_id(sides.seller) else None)
    address = electronic_addresses.of_vat_id(vat_id)
    registration: str | None = None
    if shows_vat and (vat_id is None or vat_id.startswith("EU")):
        vat_id, registration = None, vat_id or own
    number = registration or own or vat_id
    is_shown = shows_vat and vat_id is not None
    return _party(
        sides.seller,
        vat_id=vat_id if is_shown else None,
        registration=registration,
        identifier=None if is_shown or number is None else Identifier(number),
        address=address,
        phone=sides.phone,
    )


def _buyer(sides: Sides, levy: Mapping[str, Any], *, shows_vat: bool) -> Party:
    own = _number(sides.buyer)
    vat_id = levy.get("buyer_id") or (own if _has_vat_id(sides.buyer) else None)
    given = electronic_addresses.as_given(sides.buyer.get("electronic_address"))
    is_shown = shows_vat and vat_id is not None
    return _party(
        sides.buyer,
        vat_id=vat_id if is_shown else None,
        registration=None,
        identifier=None if is_shown or own is None else Identifier(own),
        address=given or electronic_addresses.of_vat_id(vat_id),
        phone=None,
    )


def _party(
    facts: Mapping[str, Any],
    *,
    vat_id: str | None,
    registration: str | None,
    identifier: Identifier | None,
    address: Identifier | None,
    phone: str | None,
) -> Party:
    name = facts.get("legal_name") or facts["name"]
    lines = facts.get("address") or {}
    email = facts.get("email")
    return Party(
        name=name,
        country=facts["country"],
        trade_name=facts["name"] if facts["name"] != name else None,
        identifier=identifier,
        vat_id=vat_id,
        tax_registration=registration,
        electronic_address=address or (Identifier(email, "EM") if email else None),
        line1=lines.get("line1"),
        line2=lines.get("line2"),
        city=lines.get("city"),
        postal_code=lines.get("postal_code"),
        subdivision=facts.get("state"),
        phone=phone,
        email=email,
    )


def _number(facts: Mapping[str, Any]) -> str | None:
    number: str | None = facts.get("tax_id")
    return number


def _has_vat_id(facts: Mapping[str, Any]) -> bool:
    return facts.get("tax_id_type") in _VAT_IDS


def _terms(document: Billing) -> str | None:
    """Say how it is settled; a note has no due date, and one of both is asked (BR-CO-25)."""
    if isinstance(document, InvoiceDocument):
        return document.terms
    ways = {
        "taken off the invoice": document.to_invoice,
        "kept as credit": document.to_balance,
        "paid back": document.to_refund,
        "settled otherwise": document.outside,
    }
    return ", ".join(way for way, amount in ways.items() if amount).capitalize() or "Nothing is due"


def _notes(document: Billing) -> tuple[str, ...]:
    is_note = isinstance(document, CreditNoteDocument)
    own = document.reason if isinstance(document, CreditNoteDocument) else document.notes
    raised = None if isinstance(document, CreditNoteDocument) else document.reason
    endorsement = None if isinstance(document, CreditNoteDocument) else document.endorsement
    test = None if document.livemode else ("TEST · not a credit note" if is_note else _TEST)
    return tuple(text for text in (test, own, raised, endorsement, *document.levy_words) if text)


def _preceding(document: Billing) -> Preceding | None:
    if isinstance(document, InvoiceDocument):
        if document.original_number is None or document.original_issued_on is None:
            return None
        return Preceding(document.original_number, document.original_issued_on)
    return Preceding(document.invoice_number, document.invoice_issued_on)


def _payment(document: Billing) -> Payment:
    """Say how the buyer pays, while the document asks for money. Source: UNCL 4461."""
    if isinstance(document, CreditNoteDocument):
        return Payment(Means.NOT_TOLD, "As the credit note says")
    if document.status == "void":
        raise InvoiceIsVoid(f"{document.number} is void: there is nothing in it to book or pay")
    if not document.asks_for_money:
        return Payment(Means.NOT_TOLD, "Nothing is asked for")
    if document.charged_automatically:
        return Payment(Means.NOT_TOLD, "Charged to the payment method on file")
    if bank := document.bank:
        iban = iban_of(bank.account_number)
        sepa = iban is not None and document.currency == "EUR"
        return Payment(
            Means.SEPA_TRANSFER if sepa else Means.CREDIT_TRANSFER,
            None,
            iban or bank.account_number,
            bank.account_name,
            bank.swift,
        )
    return Payment(Means.ONLINE if document.hosted_url else Means.NOT_TOLD, document.hosted_url)
