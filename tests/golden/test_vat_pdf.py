"""What documents say of VAT: particulars of article 226, in two languages, and lines that add up.

A sale that is an export at home and taxed in Germany: 2,500.00 dollars, 19 % of it 475.00.
"""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.document import DocumentTax, InvoiceDocument
from khata.core.note_document import CreditNoteDocument
from khata.core.tax.vat_wording import levy_words
from tests.golden.samples import EXPORT, NOTE_ABROAD

REVERSED = {
    "regime": "vat",
    "treatment": "reverse_charge",
    "wording": "reverse_charge",
    "law": "Directive 2006/112/EC art. 44, 196",
    "seller_id": "EU372000041",
    "buyer_id": "DE136695976",
}
TAXED = {"regime": "vat", "country": "DE", "treatment": "taxable", "law": "art. 58"}
VAT = DocumentTax("VAT", "19", 2_500_00, 475_00)
TWO_TAXES = replace(
    EXPORT,
    lines=(replace(EXPORT.lines[0], taxes=(*EXPORT.lines[0].taxes, VAT)),),
    taxes=(*EXPORT.taxes, VAT),
    tax=475_00,
    total=EXPORT.total + 475_00,
    amount_due=EXPORT.amount_due + 475_00,
    levy_words=levy_words(TAXED | {"seller_id": "EU372000041"}),
)


def text_of(document: InvoiceDocument | CreditNoteDocument) -> str:
    pages = PdfReader(BytesIO(TypstRenderer().render(document))).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize(
    ("country", "words"),
    [
        ("DE", "Steuerschuldnerschaft des Leistungsempfängers"),
        ("FR", "Autoliquidation"),
        ("GR", "Αντίστροφη επιβάρυνση"),
        ("BG", "обратно начисляване"),
        ("PL", "Odwrotne obciążenie"),
    ],
)
def test_reverse_charge_is_said_in_both_languages(country: str, words: str) -> None:
    text = text_of(replace(EXPORT, levy_words=levy_words(REVERSED | {"country": country})))
    assert f"Reverse charge · {words} (Directive 2006/112/EC art. 44, 196)" in text  # (11a)
    assert "Seller's VAT id EU372000041 · Customer's VAT id DE136695976" in text  # (3), (4)
    assert "No, under GST" in text  # which has a reverse charge of its own
    assert "SUPPLY MEANT FOR EXPORT" in text  # India's words stay


def test_both_taxes_of_one_sale_have_their_rows() -> None:
    text = text_of(TWO_TAXES)
    assert "IGST 18% 2,500.00 0.00" in text
    assert "VAT 19% 2,500.00 475.00" in text  # (8), (9), (10)
    assert "Total $2,975.00" in text
    assert "Seller's VAT id EU372000041" in text


def test_a_credit_note_says_it_again() -> None:
    words = levy_words(REVERSED | {"country": "DE"})
    text = text_of(replace(NOTE_ABROAD, levy_words=words))
    assert "Reverse charge · Steuerschuldnerschaft" in text
    assert NOTE_ABROAD.invoice_number in text  # article 219


def test_a_document_without_vat_is_as_it_was() -> None:
    assert "VAT" not in text_of(EXPORT)
    assert "Reverse charge No" in text_of(EXPORT)
