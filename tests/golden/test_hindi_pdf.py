"""Documents in English and Hindi: every label in both, the customer's own words as they are."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from khata.adapters.pdf.coverage import covered
from khata.adapters.pdf.sheet import sheet_of
from khata.adapters.pdf.two_languages import words_of
from khata.adapters.pdf.typst_renderer import _FONTS, TypstRenderer
from khata.core.note_document import Document
from tests.golden.samples import DOMESTIC, MANY_LINES, NOTE

RENDERER = TypstRenderer()


def pages_of(document: Document) -> list[str]:
    pages = PdfReader(BytesIO(RENDERER.render(document))).pages
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pages]


def test_an_invoice_speaks_both() -> None:
    (text,) = pages_of(replace(DOMESTIC, language="hi"))
    for said in (
        *("Tax Invoice", "Invoice number /", "INV/26-27/00001", "Place of supply /"),
        *("Amount due /", "Total in words /", "Premium plan", "needs no signature"),
    ):
        assert said in text, said
    assert re.search("[\u0900-\u097f]", text)


def test_the_sheet_has_each_label_in_both() -> None:
    sheet = sheet_of(replace(DOMESTIC, language="hi"))
    assert sheet["title_beside"] == "कर बीजक"
    assert sheet["words_beside"] == "चौदह हज़ार चार सौ पचपन रुपये मात्र"
    assert ["Place of supply / आपूर्ति का स्थान", "29-Karnataka"] in sheet["facts"]
    assert [row["label"] for row in sheet["sums"]][-2:] == ["Total / कुल", "Amount due / देय राशि"]
    for label, _ in sheet["facts"]:
        assert " / " in label, label
    for label in sheet["labels"].values():
        assert " / " in label, label


@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_a_language_without_labels_has_english_ones(language: str) -> None:
    sheet = sheet_of(replace(DOMESTIC, language=language))
    assert sheet == sheet_of(DOMESTIC)


def test_a_note_is_one_page_and_names_itself_in_both() -> None:
    (text,) = pages_of(replace(NOTE, language="hi"))
    assert "Credit Note" in text
    assert "Kept as your credit /" in text


def test_many_lines_stay_on_as_many_pages_as_in_english() -> None:
    hindi = replace(MANY_LINES, language="hi")
    assert len(pages_of(hindi)) == len(pages_of(MANY_LINES))


def test_our_fonts_have_every_letter_of_our_words() -> None:
    words, shown = words_of("hi"), covered(_FONTS.glob("*.ttf"))
    for group in (words.titles, words.labels, words.sentences):
        for english, hindi in group.items():
            assert {c for c in hindi if ord(c) not in shown} == set(), english


def test_the_same_document_gives_the_same_bytes() -> None:
    hindi = replace(DOMESTIC, language="hi")
    assert RENDERER.render(hindi) == TypstRenderer().render(hindi)
