"""Documents of other kinds than a tax invoice, as PDFs: what each has to say is in its text."""

from dataclasses import replace
from datetime import date

import pytest

from khata.core.document import (
    DocumentLine,
    DocumentTax,
    InvoiceDocument,
    RupeeValue,
    Title,
    title_of,
)
from khata.core.tax.place_of_supply import NOT_ELIGIBLE
from tests.golden.samples import DOMESTIC, EXPORT, SEZ
from tests.golden.test_invoice_pdf import text_of

_LINE = DocumentLine(1, "Schooling, a month", 1, 1_000_00, 1_000_00, tax_code="999293")
_TAXED = replace(
    _LINE,
    position=2,
    description="Chai Cloud",
    tax_code="998314",
    taxes=(DocumentTax("CGST", "9", 1_000_00, 90_00), DocumentTax("SGST", "9", 1_000_00, 90_00)),
)
BILL = replace(
    DOMESTIC,
    title=Title.BILL_OF_SUPPLY,
    number="BS/26-27/00001",
    lines=(_LINE,),
    taxes=(),
    subtotal=1_000_00,
    discount=0,
    tax=0,
    round_off=0,
    total=1_000_00,
    amount_due=1_000_00,
)
COMPOSED = replace(BILL, endorsement=NOT_ELIGIBLE)
MIXED = replace(
    BILL,
    title=Title.INVOICE_CUM_BILL,
    lines=(_LINE, _TAXED),
    taxes=_TAXED.taxes,
    subtotal=2_000_00,
    tax=180_00,
    total=2_180_00,
    amount_due=2_180_00,
)
REVERSED = replace(SEZ, title=Title.TAX_INVOICE, reverse_charge=True, endorsement=None, lut=None)
IN_DOLLARS = replace(
    EXPORT,
    rupees=RupeeValue(2_10_312_50, 0, 2_10_312_50, "84.1250", date(2026, 4, 29), "RBI"),
)


@pytest.mark.parametrize(
    ("document", "wanted", "rule"),
    [
        (BILL, ["Bill of Supply", "BS/26-27/00001", "999293", "₹1,000.00"], "rule 49"),
        (COMPOSED, ["Bill of Supply", NOT_ELIGIBLE], "rule 5(1)(f)"),
        (MIXED, ["Invoice-cum-Bill of Supply", "Reverse charge No", "₹2,180.00"], "rule 46A"),
        (REVERSED, ["Reverse charge Yes, tax is payable by the recipient"], "rule 46(p)"),
        (
            IN_DOLLARS,
            ["Value in rupees ₹2,10,312.50", "Rate of exchange ₹84.1250, 29 Apr 2026, RBI"],
            "rule 34(2)",
        ),
    ],
)
def test_what_the_rule_wants_is_in_the_text(
    document: InvoiceDocument, wanted: list[str], rule: str
) -> None:
    text = text_of(document)
    for words in wanted:
        assert words in text, rule


def test_a_bill_of_supply_shows_no_tax_and_no_reverse_charge() -> None:
    text = text_of(BILL)
    for head in ("CGST", "SGST", "IGST", "Reverse charge", "Tax Invoice"):
        assert head not in text


def test_the_words_of_composition_stand_above_the_lines() -> None:
    text = text_of(COMPOSED)
    assert text.index(NOT_ELIGIBLE) < text.index("Schooling, a month")


@pytest.mark.parametrize(
    ("export", "exempt", "mixed", "title"),
    [
        (False, False, False, Title.TAX_INVOICE),
        (False, True, False, Title.BILL_OF_SUPPLY),
        (False, False, True, Title.INVOICE_CUM_BILL),
        (True, False, False, Title.EXPORT_INVOICE),
    ],
)
def test_titles(export: bool, exempt: bool, mixed: bool, title: Title) -> None:
    found = title_of(
        seller_country="IN", seller_registered=True, export=export, exempt=exempt, mixed=mixed
    )
    assert found is title
