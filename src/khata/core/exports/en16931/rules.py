"""The rules of EN 16931 that are checked before a file is given out, each by its name."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from khata.core.exports.en16931.model import Category, EuropeanInvoice, Means, Party
from khata.core.exports.en16931.profiles import Format
from khata.core.money import exponent, half_up
from khata.core.places import COUNTRIES
from khata.core.refusal import Refusal

MOST_DECIMALS: Final = 2  # BR-DEC-*
Broken = tuple[str, str]


class EuropeanRuleBroken(Refusal):
    """The document cannot be told by EN 16931, or not by the profile that is asked for."""


def check(invoice: EuropeanInvoice, format: Format) -> None:
    """Refuse a document that breaks a rule, naming the first one broken.

    Raises: EuropeanRuleBroken.
    Source: EN 16931-1:2017 6.4; Peppol BIS Billing 3.0; XRechnung 3.0 (BR-DE-*).
    """
    profile = {Format.PEPPOL: _peppol, Format.XRECHNUNG: _xrechnung}.get(format)
    for rules in (_shape, _parties, _sums, _categories, *([profile] if profile else [])):
        for rule, why in rules(invoice):
            raise EuropeanRuleBroken(f"[{rule}] {invoice.number}: {why}")


def _shape(invoice: EuropeanInvoice) -> Iterator[Broken]:
    if not invoice.lines:
        yield "BR-16", "an invoice has at least one line"
    if exponent(invoice.currency) > MOST_DECIMALS:
        yield "BR-DEC-23", f"amounts have at most two decimals, and {invoice.currency} has three"
    if any(line.price < 0 for line in invoice.lines):
        yield "BR-27", "a price is not negative"
    if any(not line.name.strip() for line in invoice.lines):
        yield "BR-25", "each line says what it is for"
    if invoice.totals.payable > 0 and not (invoice.due_on or invoice.terms):
        yield "BR-CO-25", "what is owed has a due date or terms of payment"
    payment = invoice.payment
    if (
        payment
        and payment.means in (Means.CREDIT_TRANSFER, Means.SEPA_TRANSFER)
        and not payment.account
    ):
        yield "BR-61", "a credit transfer names its account"


def _parties(invoice: EuropeanInvoice) -> Iterator[Broken]:
    seller, buyer = invoice.seller, invoice.buyer
    if not (seller.vat_id or seller.identifier):
        yield "BR-CO-26", "the seller has a tax number, so that the buyer can know it"
    for party in (seller, buyer):
        if party.vat_id and not _begins_with_state(party.vat_id):
            yield "BR-CO-09", f"{party.vat_id} does not begin with the letters of a state"
    kinds = {one.category for one in invoice.breakdown}
    numbered = seller.vat_id or seller.tax_registration
    for kind in kinds - {Category.OUT_OF_SCOPE}:
        if not numbered:
            yield f"BR-{_family(kind)}-02", "the seller has a number for VAT"
    if Category.REVERSE_CHARGE in kinds and not buyer.vat_id:
        yield "BR-AE-02", "a buyer who owes the tax itself is named by its VAT id"
    if Category.OUT_OF_SCOPE in kinds and (seller.vat_id or buyer.vat_id):
        yield "BR-O-02", "where no VAT applies nobody's VAT id is shown"


def _sums(invoice: EuropeanInvoice) -> Iterator[Broken]:
    totals = invoice.totals
    if totals.lines != sum(line.net for line in invoice.lines):
        yield "BR-CO-10", "the lines do not add up"
    if totals.without_vat != totals.lines:
        yield "BR-CO-13", "the total without VAT is that of the lines"
    if totals.vat != sum(one.tax for one in invoice.breakdown):
        yield "BR-CO-14", "the VAT of all rates does not add up"
    if totals.with_vat != totals.without_vat + totals.vat:
        yield "BR-CO-15", "the total with VAT does not add up"
    if totals.payable != totals.with_vat - totals.paid + totals.rounding:
        yield "BR-CO-16", "what is to be paid does not add up"
    for line in invoice.lines:
        gross = Fraction(line.quantity * line.price, line.base_quantity)
        if gross != line.net + line.allowance:
            yield "PEPPOL-EN16931-R120", f"line {line.id} is not quantity times price"


def _categories(invoice: EuropeanInvoice) -> Iterator[Broken]:
    kinds = [(one.category, one.rate) for one in invoice.breakdown]
    if any(category is Category.OUT_OF_SCOPE for category, _ in kinds) and len(kinds) > 1:
        yield "BR-O-11", "lines to which no VAT applies stand in a document of their own"
    for one in invoice.breakdown:
        family = _family(one.category)
        nets = sum(
            line.net
            for line in invoice.lines
            if (line.category, line.rate) == (one.category, one.rate)
        )
        if nets != one.taxable:
            yield f"BR-{family}-08", "a taxable amount is the sum of its lines"
        if one.category is Category.STANDARD:
            due = half_up(
                one.taxable * Fraction(one.rate or 0).numerator,
                100 * Fraction(one.rate or 0).denominator,
            )
            # A note that takes the last of an invoice's lines takes the last of their tax, too.
            if abs(one.tax - due) >= 10 ** exponent(invoice.currency):
                yield "BR-CO-17", f"VAT at {one.rate} % on {one.taxable} is not {one.tax}"
        elif one.tax:
            yield f"BR-{family}-09", "no tax is charged where none is due"
        needs_reason = one.category not in (Category.STANDARD, Category.ZERO)
        if needs_reason and not (one.reason or one.reason_code):
            yield f"BR-{family}-10", "what is not taxed says why"


def _peppol(invoice: EuropeanInvoice) -> Iterator[Broken]:
    if not invoice.buyer_reference:
        yield (
            "PEPPOL-EN16931-R003",
            "the buyer's reference is missing: write it into the customer's metadata as "
            "buyer_reference, and it is on the invoices from then on",
        )
    for rule, whose, party in (
        ("PEPPOL-EN16931-R010", "buyer", invoice.buyer),
        ("PEPPOL-EN16931-R020", "seller", invoice.seller),
    ):
        address = party.electronic_address
        if address is None or address.scheme == "EM":
            yield rule, f"the {whose} has no VAT id that is an address in the Peppol network"


def _xrechnung(invoice: EuropeanInvoice) -> Iterator[Broken]:
    if invoice.payment is None:
        yield "BR-DE-1", "it says how to pay"
    yield from _town(invoice.seller, "seller", "BR-DE-3", "BR-DE-4")
    if not invoice.seller.phone:
        yield "BR-DE-6", "the seller's telephone is missing: write it into the branding"
    if not invoice.seller.email:
        yield "BR-DE-7", "the seller's e-mail is missing"
    yield from _town(invoice.buyer, "buyer", "BR-DE-8", "BR-DE-9")
    if not invoice.buyer_reference:
        yield (
            "BR-DE-15",
            "the Leitweg-ID is missing: write it into the customer's metadata as buyer_reference",
        )
    for rule, whose, party in (
        ("PEPPOL-EN16931-R010", "buyer", invoice.buyer),
        ("PEPPOL-EN16931-R020", "seller", invoice.seller),
    ):
        if party.electronic_address is None:
            yield rule, f"the {whose} has neither a VAT id nor an e-mail to be reached at"


def _town(party: Party, whose: str, city: str, postal_code: str) -> Iterator[Broken]:
    if not party.city:
        yield city, f"the {whose}'s town is missing"
    if not party.postal_code:
        yield postal_code, f"the {whose}'s postal code is missing"


def _family(category: Category) -> str:
    return "IC" if category is Category.INTRA_COMMUNITY else category.value


def _begins_with_state(vat_id: str) -> bool:
    return vat_id[:2] in COUNTRIES | {"EL", "XI"} and bool(re.fullmatch(r"\S{3,}", vat_id))
