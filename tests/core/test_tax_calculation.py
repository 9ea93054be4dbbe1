"""Calculations: what an invoice would say, of both behaviours at once; amounts by hand."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.catalog import TaxBehavior
from khata.core.character import ReverseChargeMixed
from khata.core.document_kind import DocumentKind
from khata.core.tax.gst import RoundOff
from khata.core.tax.hsn_digits import TaxCodeTooShort
from khata.core.tax.nature import Nature, TaxClass
from khata.core.tax.parties import Buyer, Lut, Scheme, Seller
from khata.core.tax.place_of_supply import DeemedExportOfServices, Treatment
from khata.core.tax.rate_table import Rate
from khata.core.tax.tenant_facts import NO_FACTS, TenantFacts
from khata.core.tax_calculation import Calculation, PricedLine, calculate
from khata.core.terms import SellerTerms, Terms, TermsOfDay
from tests.core.agreements import id_of

DAY = date(2026, 11, 24)
IN, EX = TaxBehavior.INCLUSIVE, TaxBehavior.EXCLUSIVE
LUT = Lut("AD29", date(2026, 4, 1), date(2027, 3, 31))
SELLER = Seller("IN", "KA", "29ABCCT1234E1ZL", (LUT,))
HOME, PUNE = Buyer("IN", "KA"), Buyer("IN", "MH", "27AAPFU0939F1ZV")
EMBASSY, ABROAD = Buyer("IN", "DL", "0717USA00001UNB"), Buyer("US", None)
BILL, INVOICE = DocumentKind.BILL_OF_SUPPLY, DocumentKind.INVOICE


def terms(buyer: Buyer, seller: Seller = SELLER, facts: TenantFacts = NO_FACTS) -> Terms:
    sold = SellerTerms(id_of(3), id_of(4), seller, "INV/{fy}/{n:05}", facts=facts)
    return TermsOfDay(DAY, lambda _: sold).of(id_of(3), buyer, id_of(5))


def priced(
    amount: int,
    tax_class: TaxClass = TaxClass.STANDARD,
    *,
    code: str = "998314",
    behavior: TaxBehavior = EX,
) -> PricedLine:
    return PricedLine("x", amount, code, behavior, tax_class)


def calculated(
    buyer: Buyer,
    *lines: PricedLine,
    seller: Seller = SELLER,
    facts: TenantFacts = NO_FACTS,
    rounding: RoundOff = RoundOff.NONE,
    currency: str = "INR",
) -> Calculation:
    under = terms(buyer, seller, facts)
    return calculate(lines, under, currency=currency, rounding=rounding)


def test_both_behaviours_in_one_call() -> None:
    found = calculated(HOME, priced(100000), priced(9999, behavior=IN), priced(50000))
    # 9999 holds 8474 + 763 + 763 − 1; on top of 150000 come 9000 + 4500 for each head.
    assert [line.amount for line in found.lines] == [100000, 8474, 50000]
    assert [(row.name, row.taxable, row.amount) for row in found.taxes] == [
        ("CGST", 158474, 14263),
        ("SGST", 158474, 14263),
    ]
    assert (found.subtotal, found.tax, found.round_off, found.total) == (158474, 28526, -1, 186999)
    assert found.lines[0].reason == "CGST 9 % + SGST 9 %, on top, each rounded half up"
    assert found.lines[1].source == "Notf. 11/2017-CTR, serial 21, residual item"


def test_the_total_is_rounded_once_to_whole_rupees() -> None:
    found = calculated(HOME, priced(100000), priced(9999, behavior=IN), rounding=RoundOff.RUPEE)
    # 118000 + 9999 = 127999: one paisa to the rupee, and the one of the inclusive price
    assert (found.round_off, found.total) == (0, 128000)


CLASSES = [
    # buyer, classes, kind, treatment, taxes, law
    (HOME, [TaxClass.EXEMPT], BILL, Treatment.TAXABLE, 0, "CGST Act s.31(3)(c)"),
    (PUNE, [TaxClass.NIL_RATED], BILL, Treatment.TAXABLE, 0, "rule 49"),
    (HOME, [TaxClass.NON_GST], BILL, Treatment.TAXABLE, 0, "rule 49"),
    (HOME, [TaxClass.EXEMPT, TaxClass.STANDARD], INVOICE, Treatment.TAXABLE, 18000, "rule 46A"),
    (PUNE, [TaxClass.EXEMPT, TaxClass.STANDARD], INVOICE, Treatment.TAXABLE, 18000, "rule 46"),
    (ABROAD, [TaxClass.EXEMPT], INVOICE, Treatment.ZERO_RATED_LUT, 0, "IGST Act s.16(2)"),
    (PUNE, [TaxClass.REVERSE_CHARGE], INVOICE, Treatment.REVERSE_CHARGE, 0, "IGST Act s.5(3)"),
    (
        PUNE,
        [TaxClass.REVERSE_CHARGE, TaxClass.EXEMPT],
        INVOICE,
        Treatment.REVERSE_CHARGE,
        0,
        "rule 46(p)",
    ),
    (HOME, [TaxClass.REVERSE_CHARGE], INVOICE, Treatment.TAXABLE, 18000, "not registered"),
    (EMBASSY, [TaxClass.REVERSE_CHARGE], INVOICE, Treatment.TAXABLE, 18000, "s.2(94): a UIN"),
    (ABROAD, [TaxClass.REVERSE_CHARGE], INVOICE, Treatment.ZERO_RATED_LUT, 0, "IGST Act s.16"),
]


@pytest.mark.parametrize(("buyer", "classes", "kind", "treatment", "tax", "law"), CLASSES)
def test_what_each_class_makes_of_a_document(
    buyer: Buyer,
    classes: list[TaxClass],
    kind: DocumentKind,
    treatment: Treatment,
    tax: int,
    law: str,
) -> None:
    found = calculated(buyer, *(priced(100000, one) for one in classes))
    assert (found.kind, found.supply.treatment, found.tax) == (kind, treatment, tax), law
    assert found.total == 100000 * len(classes) + tax
    assert [line.nature for line in found.lines] == [one.nature for one in classes]


def test_reverse_charge_shows_its_rate_and_charges_nothing() -> None:
    found = calculated(PUNE, priced(100000, TaxClass.REVERSE_CHARGE))
    [row] = found.taxes
    assert (row.name, row.rate, row.taxable, row.amount) == ("IGST", "18", 100000, 0)
    assert found.supply.law.endswith("IGST Act s.5(3)")
    assert found.supply.reason.endswith("The customer pays the tax on reverse charge.")


def test_of_an_invoice_one_of_the_two_owes_the_tax() -> None:
    with pytest.raises(ReverseChargeMixed, match=r"rule 46\(p\)"):
        calculated(PUNE, priced(100, TaxClass.REVERSE_CHARGE), priced(100))


def test_composition_gives_out_bills_of_supply() -> None:
    seller = Seller("IN", "KA", "29ABCCT1234E1ZL", scheme=Scheme.COMPOSITION)
    found = calculated(HOME, priced(100000), seller=seller)
    assert (found.kind, found.tax, found.taxes) == (BILL, 0, ())
    assert found.lines[0].reason == "No tax is charged: the seller is under composition"


def test_an_unregistered_seller_gives_out_plain_invoices_of_anything() -> None:
    found = calculated(HOME, priced(100, TaxClass.EXEMPT), seller=Seller("IN", "KA"))
    assert (found.kind, found.tax) == (INVOICE, 0)


def test_an_export_in_rupees_says_what_the_law_asks() -> None:
    in_rupees = calculated(ABROAD, priced(100000)).notes
    assert "202/14/2023-GST" in in_rupees[0]
    assert "96A(1)(b)" in in_rupees[1]
    assert len(calculated(ABROAD, priced(100000), currency="USD").notes) == 1
    assert calculated(PUNE, priced(100000)).notes == ()


def test_own_rates_and_turnover_count() -> None:
    books = Rate("4901", Fraction(5), date(2017, 7, 1), None, "Books", "Notf. 1/2017-CTR")
    facts = TenantFacts((books,), {"25-26": 6 * 10**9})
    found = calculated(HOME, priced(100000, code="490199"), facts=facts)
    assert (found.tax, found.lines[0].source) == (5000, "Notf. 1/2017-CTR")
    with pytest.raises(TaxCodeTooShort):
        calculated(HOME, priced(100000, code="4901"), facts=facts)


def test_a_service_is_no_deemed_export() -> None:
    with pytest.raises(DeemedExportOfServices):
        calculated(Buyer("IN", "KA", "29AABCR1718E1ZL", deemed_export=True), priced(100))


buyers = st.sampled_from([HOME, PUNE, EMBASSY, ABROAD])
FREE = [TaxClass.NIL_RATED, TaxClass.EXEMPT, TaxClass.NON_GST]
taxable = st.sampled_from([TaxClass.STANDARD, *FREE])
owed = st.sampled_from([TaxClass.REVERSE_CHARGE, *FREE])


def lines_of(classes: st.SearchStrategy[TaxClass]) -> st.SearchStrategy[list[PricedLine]]:
    line = st.builds(
        PricedLine,
        reference=st.just("x"),
        amount=st.integers(0, 10**9),
        tax_code=st.sampled_from(["998314", "999721", "997331"]),
        tax_behavior=st.sampled_from(TaxBehavior),
        tax_class=classes,
    )
    return st.lists(line, min_size=1, max_size=6)


@given(
    buyer=buyers,
    lines=st.one_of(lines_of(taxable), lines_of(owed)),  # both on one invoice are refused
    rounding=st.sampled_from(RoundOff),
)
def test_lines_are_rows_are_total(
    buyer: Buyer, lines: list[PricedLine], rounding: RoundOff
) -> None:
    found = calculated(buyer, *lines, rounding=rounding)
    of_lines = sum(row.amount for line in found.lines for row in line.taxes)
    assert of_lines == sum(row.amount for row in found.taxes) == found.tax
    assert sum(line.amount for line in found.lines) == found.subtotal
    assert found.subtotal + found.tax + found.round_off == found.total
    by_name = {row.name: 0 for row in found.taxes}
    for row in found.taxes:
        by_name[row.name] += row.amount
    assert by_name.get("CGST") == by_name.get("SGST")
    assert found.supply.place.code is not None or not found.tax  # never tax without place
    if found.supply.treatment is Treatment.REVERSE_CHARGE:
        assert found.tax == 0  # the rates are told, and nothing is charged
    for line in found.lines:
        assert bool(line.taxes) is (line.nature is Nature.TAXABLE)
