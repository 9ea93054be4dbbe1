"""Vouchers of advances as PDFs: every particular is in the text, and none passes for an invoice."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.document import DocumentTax
from khata.core.voucher_document import VoucherDocument
from tests.golden.samples import ASHA, SELLER

RENDERER = TypstRenderer()

# 1,180.00 × 9 ÷ 118 = 90.00, twice.
RECEIPT = VoucherDocument(
    number="RV/26-27/00001",
    issued_on=date(2026, 5, 10),
    currency="INR",
    seller=SELLER,
    buyer=ASHA,
    description="Advance received into the wallet Prepaid",
    tax_code="998314",
    net=1_000_00,
    taxes=(DocumentTax("CGST", "9", 1_000_00, 90_00), DocumentTax("SGST", "9", 1_000_00, 90_00)),
    total=1_180_00,
    place_of_supply="29-Karnataka",
)
REFUND = replace(
    RECEIPT,
    number="RF/26-27/00001",
    issued_on=date(2026, 6, 2),
    description="Advance given back",
    receipt_number="RV/26-27/00001",
    receipt_issued_on=date(2026, 5, 10),
    reason="Service not needed",
)


def text_of(voucher: VoucherDocument) -> str:
    """The PDF's text in reading order, each run of white space as one blank."""
    pages = PdfReader(BytesIO(RENDERER.render(voucher))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_every_particular_of_rule_50_is_in_the_text() -> None:
    text = text_of(RECEIPT)
    for particular in (
        *("Chai Cloud Pvt Ltd", "27 Church Street", "29ABCCT1234E1ZL"),  # (a) the supplier
        "Voucher number RV/26-27/00001",  # (b) the serial number
        "Date of issue 10 May 2026",  # (c)
        *("Asha Traders", "12 MG Road", "29AABCR1718E1ZL"),  # (d) the recipient
        "Advance received into the wallet Prepaid",  # (e) the description
        "Amount received ₹1,180.00",  # (f) the amount of the advance
        *("CGST 9% ₹90.00", "SGST 9% ₹90.00"),  # (g), (h) rates and amounts
        "Place of supply 29-Karnataka",  # (i) with the state and its code
        "Reverse charge No",  # (j)
        "needs no signature",  # (k)
        "Receipt Voucher",
        "Advance without tax ₹1,000.00",
        "Rupees One Thousand One Hundred Eighty Only",
    ):
        assert particular in text, particular


def test_every_particular_of_rule_51_is_in_the_text() -> None:
    text = text_of(REFUND)
    for particular in (
        "Refund Voucher",
        "Voucher number RF/26-27/00001",  # (b)
        "Date of issue 2 Jun 2026",  # (c)
        "Against receipt voucher RV/26-27/00001",  # (e) the number …
        "Date of that voucher 10 May 2026",  # … and date of the receipt voucher
        "Advance given back",  # (f)
        "Amount given back ₹1,180.00",  # (g)
        *("CGST 9% ₹90.00", "SGST 9% ₹90.00"),  # (h), (i)
        "Reverse charge No",  # (j)
        "Reason Service not needed",
    ):
        assert particular in text, particular


@pytest.mark.parametrize("voucher", [RECEIPT, REFUND], ids=["receipt", "refund"])
def test_it_asks_for_nothing_and_passes_for_no_invoice(voucher: VoucherDocument) -> None:
    text = text_of(voucher)
    for word in ("Amount due", "Due date", "Pay ", "Qty", "Unit price", "Invoice"):
        assert word not in text, word
    assert RENDERER.render(voucher) == RENDERER.render(voucher)


def test_an_advance_without_tax_says_under_which_letter() -> None:
    text = text_of(
        replace(
            RECEIPT,
            net=1_180_00,
            taxes=(DocumentTax("IGST", "18", 1_180_00, 0),),
            lut="AD290426001234X",
        )
    )
    assert "LUT (ARN) AD290426001234X" in text
    assert "IGST 18% ₹0.00" in text


@pytest.mark.parametrize(
    ("voucher", "said"),
    [(RECEIPT, "TEST · not a receipt voucher"), (REFUND, "TEST · not a refund voucher")],
)
def test_a_trial_says_so(voucher: VoucherDocument, said: str) -> None:
    assert said in text_of(replace(voucher, livemode=False))


def test_parts_that_do_not_add_up_are_no_voucher() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        replace(RECEIPT, net=999_99)
