"""The credit note as a PDF: every particular is in its text, and it cannot pass for an invoice."""

import re
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from pypdf import PdfReader

from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.document import DocumentLine
from khata.core.note_document import CreditNoteDocument
from tests.golden.samples import ASHA, NOTE, NOTE_ABROAD, NOTE_MANY_LINES, NOTE_SEZ, SELLER

RENDERER = TypstRenderer()


def text_of(note: CreditNoteDocument) -> str:
    """The PDF's text in reading order, each run of white space as one blank."""
    pages = PdfReader(BytesIO(RENDERER.render(note))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_every_particular_of_rule_53_is_in_the_text() -> None:
    text = text_of(NOTE)
    for particular in (
        *("Chai Cloud Pvt Ltd", "27 Church Street", "29ABCCT1234E1ZL"),  # (a) the supplier
        "Credit Note",  # (b) the nature of the document
        "Credit note number CN/26-27/00001",  # (c) the serial number
        "Date of issue 10 May 2026",  # (d)
        *("Asha Traders", "12 MG Road", "29AABCR1718E1ZL"),  # (e) the recipient
        "Karnataka · State code 29",  # (f) state and its code
        *("Against invoice INV/26-27/00001", "Date of that invoice 30 Apr 2026"),  # (g)
        *("998314 666.67", "Taxable value credited ₹666.67"),  # (h) the value
        *("CGST 9% ₹60.00", "SGST 9% ₹60.00"),  # (h) the rate and amount of the tax
        "needs no signature",  # (i)
        "Place of supply 29-Karnataka",
        "Total credited ₹786.67",
        "Rupees Seven Hundred Eighty-Six and Sixty-Seven Paise Only",
        "Kept as your credit ₹786.67",
        "10 May 2026 – 29 May 2026",
        "Reason Change of plan",
    ):
        assert particular in text, particular


def test_it_asks_for_nothing_and_has_neither_quantity_nor_unit_price() -> None:
    text = text_of(NOTE)
    for word in ("Amount due", "Due date", "Pay ", "Qty", "Unit price", "Tax Invoice"):
        assert word not in text, word


def test_a_trial_says_so() -> None:
    text = text_of(replace(NOTE, livemode=False))
    assert text.startswith("TEST TEST · not a credit note")
    assert text.count("TEST") == 2  # at the head, and behind the page
    assert "TEST" not in text_of(NOTE)


def test_each_way_that_the_money_goes_is_told() -> None:
    text = text_of(NOTE_SEZ)
    assert "Taken off the invoice ₹1,000.00" in text
    assert "Paid back to you ₹1,500.00" in text
    assert "Kept as your credit" not in text
    assert "Settled otherwise" not in text
    assert "IGST 18% ₹0.00" in text
    assert "Place of supply 32-Kerala" in text
    assert "Meera Rao, Director Authorised signatory" in text
    assert "Settled otherwise ₹786.67" in text_of(replace(NOTE, to_balance=0, outside=786_67))


def test_a_note_abroad_is_in_its_currency() -> None:
    text = text_of(NOTE_ABROAD)
    assert "Place of supply 96-Other Countries" in text
    assert "Total credited $2,500.00" in text
    assert "US Dollars Two Thousand Five Hundred Only" in text


def test_an_unregistered_seller_prints_no_tax() -> None:
    line = DocumentLine(1, "Premium plan", 1, 1_000_00, tax_code="998314")
    plain = replace(
        NOTE, seller=replace(SELLER, tax_id=None), lines=(line,), taxes=(), subtotal=1_000_00,
        tax=0, total=1_000_00, to_balance=1_000_00,
    )  # fmt: skip
    text = text_of(plain)
    assert "Taxable" not in text
    assert "GST" not in text.replace(f"GSTIN {ASHA.tax_id}", "")
    assert "Credited ₹1,000.00" in text


def test_what_the_invoice_was_rounded_by_has_a_row() -> None:
    rounded = replace(NOTE, round_off=33, total=787_00, to_balance=787_00)
    assert "Round off ₹0.33 Total credited ₹787.00" in text_of(rounded)


@pytest.mark.parametrize("note", [NOTE, NOTE_ABROAD, NOTE_SEZ], ids=["domestic", "export", "sez"])
def test_a_usual_note_is_one_small_archivable_page(note: CreditNoteDocument) -> None:
    pdf = RENDERER.render(note)
    assert len(pdf) < 100_000
    assert pdf == RENDERER.render(note)
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert len(opened.pages) == 1
        with opened.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            assert metadata["dc:title"] == f"Credit Note {note.number}"


def test_many_lines_flow_to_more_pages_with_the_head_on_each() -> None:
    pages = PdfReader(BytesIO(RENDERER.render(NOTE_MANY_LINES))).pages
    assert len(pages) == 2
    first, second = (re.sub(r"\s+", " ", page.extract_text()) for page in pages)
    assert "HSN/SAC" in first
    assert "HSN/SAC" in second
    assert "Credit Note CN/26-27/00001, continued" in second
    assert "₹7,080.00" in second


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"subtotal": 666_66}, "the lines"),
        ({"tax": 119_99}, "the tax rows"),
        ({"total": 786_66}, "the parts"),
        ({"to_balance": 786_66}, "where"),
    ],
)
def test_a_note_that_does_not_add_up_cannot_be_made(change: dict[str, int], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        replace(NOTE, **change)  # type: ignore[arg-type]
