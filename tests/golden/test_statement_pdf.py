"""A statement of account on paper: each line, the balance after it, and what is owed."""

import re
from datetime import date
from io import BytesIO

from pypdf import PdfReader

from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.document import Party
from khata.core.statement_document import StatementDocument
from khata.core.statement_of_account import Movement, statement_of

SELLER = Party("Chai Cloud Private Limited", ("12, MG Road", "Bengaluru 560001"), "IN")
BUYER = Party("Asha Traders", ("44, Hosur Road",), "IN", None, "Karnataka", "29", "GSTIN", "29X")


def document(*movements: Movement, opening: int = 0) -> StatementDocument:
    told = statement_of(
        movements,
        currency="INR",
        first=date(2026, 4, 1),
        last=date(2026, 6, 30),
        opening=opening,
    )
    return StatementDocument(SELLER, BUYER, told, True)


MONTHS = (
    Movement(date(2026, 4, 1), "invoice_issued", "INV/26-27/00001", 1_18_000_00),
    Movement(date(2026, 4, 9), "received_directly", "INV/26-27/00001", -1_18_000_00),
    Movement(date(2026, 5, 1), "invoice_issued", "INV/26-27/00002", 1_180_00),
    Movement(date(2026, 5, 20), "credit_note_issued", "CN/26-27/00001", -590_00),
)


def text_of(pdf: bytes) -> str:
    return re.sub(
        r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    )


def test_each_line_and_what_is_owed_after_it() -> None:
    """500.00 brought forward; + 1,18,000.00 - 1,18,000.00 + 1,180.00 - 590.00 = 1,090.00."""
    text = text_of(TypstRenderer().statement(document(*MONTHS, opening=500_00)))
    assert "Account of Asha Traders 44, Hosur Road Karnataka, India GSTIN 29X" in text.replace(
        " · State code 29", ""
    )
    for words in (
        "1 Apr 2026 – 30 Jun 2026",
        "1 Apr 2026 Balance brought forward 500.00",
        "1 Apr 2026 Invoice INV/26-27/00001 1,18,000.00 1,18,500.00",
        "9 Apr 2026 Payment, thank you INV/26-27/00001 1,18,000.00 500.00",
        "1 May 2026 Invoice INV/26-27/00002 1,180.00 1,680.00",
        "20 May 2026 Credit note CN/26-27/00001 590.00 1,090.00",
        "In all 1,19,180.00 1,18,590.00 1,090.00",
        "You owe at the end of 30 Jun 2026 ₹1,090.00",
    ):
        assert words in text, text


def test_what_is_in_the_customer_s_favour_says_so() -> None:
    text = text_of(TypstRenderer().statement(document(opening=-250_00)))
    assert "Balance brought forward 250.00 Cr" in text
    assert "You are owed at the end of 30 Jun 2026 ₹250.00" in text


def test_it_is_the_same_to_the_byte_and_long_ones_go_on() -> None:
    many = MONTHS * 25
    first = TypstRenderer().statement(document(*many))
    assert first == TypstRenderer().statement(document(*many))
    pages = PdfReader(BytesIO(first)).pages
    assert len(pages) > 1
    assert "Paid or credited" in pages[1].extract_text()  # the head of the table is on each page
