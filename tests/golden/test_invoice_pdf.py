"""The invoice as a PDF: every particular is in its text, and the file is what it says it is."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.document import (
    DocumentLine,
    DocumentTax,
    InvoiceDocument,
    UpiPayee,
    WholePeriod,
)
from khata.core.upi import upi_link
from khata.usecases.tenants.check_logo import HEAVIEST
from tests.golden.samples import (
    ASHA,
    DEVANAGARI,
    DOMESTIC,
    EXPORT,
    MANY_LINES,
    PAID,
    SELLER,
    SEZ,
    VOID,
)

RENDERER = TypstRenderer()


def text_of(document: InvoiceDocument) -> str:
    """The PDF's text in reading order, each run of white space as one blank."""
    pages = PdfReader(BytesIO(RENDERER.render(document))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_every_particular_of_rule_46_is_in_the_text() -> None:
    text = text_of(DOMESTIC)
    for particular in (
        "Tax Invoice",
        *("Chai Cloud Pvt Ltd", "27 Church Street", "29ABCCT1234E1ZL"),  # (a) the supplier
        "INV/26-27/00001",  # (b) the serial number
        "30 Apr 2026",  # (c) the date of issue
        *("Asha Traders", "12 MG Road", "29AABCR1718E1ZL"),  # (d) the recipient
        "Karnataka · State code 29",  # (e), (f) state and its code
        *("998314", "998315"),  # (g) the codes
        *("Premium plan", "Additional seats"),  # (h) the description
        "25 500.00",  # (i) quantity and unit price
        "₹14,455.00",  # (j) the total value
        *("11,250.00", "₹12,250.00", "-₹1,250.00"),  # (k) taxable value after discount
        *("CGST 9%", "SGST 9%", "9% 90.00"),  # (l) the rate of each head
        *("₹1,102.50", "9% 1,012.50"),  # (m) the amount of each head
        "Place of supply 29-Karnataka",  # (n)
        "Reverse charge No",  # (p)
        "needs no signature",  # (q), under the fifth proviso
    ):
        assert particular in text, particular


def test_a_finance_person_finds_the_rest() -> None:
    text = text_of(DOMESTIC)
    for wanted in (
        "Amount due: ₹14,455.00 by 7 May 2026",
        "Rupees Fourteen Thousand Four Hundred Fifty-Five Only",
        "30 Apr 2026 – 29 May 2026",
        "chaicloud@okbank",
        "123456789012",
        "HDFC0000123",
        "https://billing.chai.example/i/9f3k2v7q8w1z5x4c6b0n",
        "Thank you for your business.",
        "Page 1 of 1",
    ):
        assert wanted in text, wanted


def test_the_largest_line_keeps_to_one_page() -> None:
    line = DocumentLine(1, "Calls", 10**9, 10**13, unit_amount=10**4, tax_code="99831499")
    large = replace(
        DOMESTIC, lines=(line,), taxes=(), subtotal=10**13, discount=0, tax=0, total=10**13,
        amount_due=10**13,
    )  # fmt: skip
    text = text_of(large)
    assert "1,00,00,00,000 100.00 1,00,00,00,00,000.00" in text
    assert "Rupees Ten Thousand Crore Only" in text
    assert "Page 1 of 1" in text


def test_reverse_charge_is_said() -> None:
    text = text_of(replace(DOMESTIC, reverse_charge=True))
    assert "Reverse charge Yes, tax is payable by the recipient" in text


def test_an_export_names_country_undertaking_and_endorsement() -> None:
    text = text_of(EXPORT)
    assert "Export Invoice" in text
    assert "Country of destination United States" in text
    assert "AD290326001234X" in text
    assert (
        "SUPPLY MEANT FOR EXPORT/SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS "
        "UNDER BOND OR LETTER OF UNDERTAKING WITHOUT PAYMENT OF INTEGRATED TAX"
    ) in text  # rule 46, third proviso
    assert "Place of supply 96-Other Countries" in text
    assert "IGST 18% $0.00" in text
    assert "US Dollars Two Thousand Five Hundred Only" in text
    assert "HDFCINBB" in text
    assert "Pay by UPI" not in text


def test_a_supply_to_a_sez_is_endorsed_and_signed() -> None:
    text = text_of(SEZ)
    assert str(EXPORT.endorsement) in text  # one endorsement for both, as the rule words it
    assert "IGST 18% ₹0.00" in text
    assert "Place of supply 32-Kerala" in text
    assert "Meera Rao, Director Authorised signatory" in text
    assert "needs no signature" not in text


def test_a_paid_invoice_says_so_and_asks_for_nothing() -> None:
    text = text_of(PAID)
    assert "PAID 1 MAY 2026" in text
    assert "Paid (Visa ending 4242) -₹14,455.00" in text
    assert "Amount due ₹0.00" in text
    assert "Pay by" not in text
    assert "Pay online" not in text


def test_a_trial_says_so_and_has_no_code_to_pay_by() -> None:
    trial = replace(DOMESTIC, livemode=False)
    text = text_of(trial)
    assert text.startswith("TEST TEST · not a tax invoice")
    assert text.count("TEST") == 2  # at the head, and behind the page
    assert "no real money may move" in text
    assert "open it on this phone" not in text
    assert upi_link(trial) is None
    assert "TEST" not in text_of(DOMESTIC)


def test_what_is_charged_automatically_asks_for_nothing() -> None:
    text = text_of(replace(DOMESTIC, charged_automatically=True))
    assert "Will be charged to the payment method on file." in text
    assert "Amount due: ₹14,455.00 by 7 May 2026" in text
    for way in ("Pay by", "Pay online", "chaicloud@okbank", "123456789012"):
        assert way not in text, way


def test_a_code_is_there_up_to_what_upi_moves_at_once() -> None:
    def owed(amount: int) -> InvoiceDocument:
        line = DocumentLine(1, "Premium plan", 1, amount)
        return replace(
            DOMESTIC, lines=(line,), taxes=(), subtotal=amount, discount=0, tax=0, total=amount,
            amount_due=amount,
        )  # fmt: skip

    assert "am=100000.00" in str(upi_link(owed(1_00_000_00)))
    assert upi_link(owed(1_00_000_01)) is None
    text = text_of(owed(1_00_000_01))
    assert "Pay by UPI" not in text
    assert "Pay by bank transfer" in text


def test_a_part_of_a_period_says_of_what() -> None:
    seats = replace(
        DOMESTIC.lines[0], amount=1_000_00, unit_amount=1_000_00,
        part_of=WholePeriod(part_days=10, days=30, quantity=3, unit_amount=1_000_00),
    )  # fmt: skip
    text = text_of(replace(DOMESTIC, lines=(seats, DOMESTIC.lines[1])))
    assert "part of a period: 10 of 30 days of 3 × 1,000.00" in text
    assert "998314 1 1,000.00 1,000.00" in text


def test_a_period_that_all_lines_share_is_said_once() -> None:
    same = {"period_start": date(2026, 4, 1), "period_end_inclusive": date(2026, 4, 30)}
    lines = tuple(replace(line, **same) for line in DOMESTIC.lines)  # type: ignore[arg-type]
    text = text_of(replace(DOMESTIC, lines=lines))
    assert text.count("1 Apr 2026 – 30 Apr 2026") == 1


def test_an_address_can_be_copied_as_it_is() -> None:
    payee = UpiPayee("a.very.long.name.of.a.payee.of.chai.cloud@okhdfcbank", "Chai Cloud")
    email = "accounts_payable_of_the_southern_region@traders.example"
    document = replace(DOMESTIC, upi=payee, buyer=replace(ASHA, email=email))
    text = PdfReader(BytesIO(RENDERER.render(document))).pages[0].extract_text()
    assert "\u200b" not in text
    assert payee.vpa in re.sub(r"\s", "", text)
    assert email in re.sub(r"\s", "", text)


def test_a_void_invoice_says_so_and_asks_for_nothing() -> None:
    text = text_of(VOID)
    assert text.count("VOID") == 2  # beside the title, and behind the page
    assert "Pay by" not in text


def test_round_off_has_a_row_of_its_own() -> None:
    line = DocumentLine(1, "Premium plan", 1, 999_60)
    rounded = replace(
        DOMESTIC, lines=(line,), taxes=(), subtotal=999_60, discount=0, tax=0, round_off=40,
        total=1_000_00, amount_due=1_000_00,
    )  # fmt: skip
    text = text_of(rounded)
    assert "Round off ₹0.40" in text
    assert "Rupees One Thousand Only" in text


def test_an_unregistered_seller_prints_no_tax() -> None:
    line = DocumentLine(1, "Premium plan", 1, 1_000_00, tax_code="998314")
    plain = replace(
        DOMESTIC, title="Invoice", seller=replace(SELLER, tax_id=None), lines=(line,), taxes=(),
        subtotal=1_000_00, discount=0, tax=0, total=1_000_00, amount_due=1_000_00,
    )  # fmt: skip
    text = text_of(plain)
    assert "GST" not in text.replace(f"GSTIN {ASHA.tax_id}", "")
    assert "Taxable" not in text
    assert "Reverse charge" not in text


@pytest.mark.parametrize(
    "document",
    [DOMESTIC, PAID, VOID, EXPORT, SEZ, DEVANAGARI],
    ids=["domestic", "paid", "void", "export", "sez", "devanagari"],
)
def test_a_usual_invoice_is_one_small_archivable_page(document: InvoiceDocument) -> None:
    pdf = RENDERER.render(document)
    assert len(pdf) < 100_000
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert len(opened.pages) == 1
        with opened.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == f"{document.title} {document.number}"
        assert str(opened.Root.Lang) == "en"


def test_twenty_lines_inside_a_state_are_one_small_page() -> None:
    halves = (DocumentTax("CGST", "9", 100_00, 9_00), DocumentTax("SGST", "9", 100_00, 9_00))
    lines = tuple(
        replace(
            line,
            taxes=halves,
            period_start=date(2026, 4, 1),
            period_end_inclusive=date(2026, 4, 30),
        )
        for line in MANY_LINES.lines[:20]
    )
    twenty = replace(
        MANY_LINES, lines=lines, taxes=(
            DocumentTax("CGST", "9", 2_000_00, 180_00),
            DocumentTax("SGST", "9", 2_000_00, 180_00),
        ), subtotal=2_000_00, tax=360_00,
        total=2_360_00, amount_due=2_360_00,
    )  # fmt: skip
    pdf = RENDERER.render(twenty)
    assert len(pdf) < 100_000 - HEAVIEST  # whatever logo is taken
    reader = PdfReader(BytesIO(pdf))
    assert len(reader.pages) == 1
    text = re.sub(r"\s+", " ", reader.pages[0].extract_text())
    assert "20 Metered calls, region 20 998315 10 10.00 100.00 9% 9.00 9% 9.00" in text


def test_many_lines_flow_to_more_pages_with_the_head_on_each() -> None:
    pages = PdfReader(BytesIO(RENDERER.render(MANY_LINES))).pages
    assert len(pages) == 2
    first, second = (re.sub(r"\s+", " ", page.extract_text()) for page in pages)
    assert "HSN/SAC" in first
    assert "HSN/SAC" in second
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in second
    assert "Tax Invoice INV/26-27/00001, continued" in second
    assert "₹7,080.00" in second


def test_the_same_document_gives_the_same_bytes_on_every_thread() -> None:
    with ThreadPoolExecutor(4) as threads:
        pdfs = set(threads.map(TypstRenderer().render, [DOMESTIC] * 8))
    assert pdfs == {RENDERER.render(DOMESTIC)}


def test_devanagari_is_set_in_its_own_font() -> None:
    fonts = _font_names(RENDERER.render(DEVANAGARI))
    assert any("NotoSansDevanagari-Bold" in name for name in fonts)
    assert not any("Devanagari" in name for name in _font_names(RENDERER.render(DOMESTIC)))


def test_what_a_user_wrote_is_shown_and_never_run() -> None:
    code = '#eval("1+1") #sys.inputs $x^2$ *bold* <label> @ref // "quoted" \\ [x] #image("a.png")'
    document = replace(DOMESTIC, buyer=replace(ASHA, name=code), notes=code)
    assert text_of(document).count(code) == 2


def test_a_character_without_a_font_stops_no_invoice() -> None:
    document = replace(DOMESTIC, buyer=replace(ASHA, name="Tea 茶 \U0001f375\x00\x07 House"))
    assert "Tea � � House" in text_of(document)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40), st.text(st.characters(min_codepoint=0x900, max_codepoint=0xD7F)))
def test_no_name_stops_an_invoice(name: str, notes: str) -> None:
    assert RENDERER.render(replace(DOMESTIC, buyer=replace(ASHA, name=name), notes=notes))


def test_a_long_word_stays_on_the_page() -> None:
    document = replace(DOMESTIC, buyer=replace(ASHA, name="W" * 200))
    reader = PdfReader(BytesIO(RENDERER.render(document)))
    rows = [row for row in reader.pages[0].extract_text().splitlines() if "WWW" in row]
    assert len(rows) > 3


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40" fill="#c2410c"/></svg>'  # noqa: E501


@pytest.mark.parametrize(
    ("width", "height"), [(700, 100), (1000, 100), (2000, 100), (100, 100), (100, 500)]
)
def test_a_logo_of_any_shape_keeps_to_its_box(width: int, height: int) -> None:
    svg = SVG.replace(b'"80"', f'"{width}"'.encode()).replace(b'"40"', f'"{height}"'.encode())
    across, up = _logo_size(RENDERER.render(replace(DOMESTIC, logo=svg)))
    assert across <= 45.01
    assert up <= 16.01
    assert across > 44.9 or up > 15.9  # and fills it one way
    assert across / up == pytest.approx(width / height, rel=0.01)


def test_a_logo_takes_the_monograms_place() -> None:
    assert "CC" in text_of(DOMESTIC)
    assert "CC Chai" not in text_of(replace(DOMESTIC, logo=SVG))


@pytest.mark.parametrize(
    "broken", [b"", b"\x89PNG\r\n\x1a\n and no more", b"<svg", b"\xff\xd8\xff\x00", b"GIF89a"]
)
def test_a_broken_logo_gives_way_to_the_monogram(broken: bytes) -> None:
    assert RENDERER.render(replace(DOMESTIC, logo=broken)) == RENDERER.render(DOMESTIC)


def test_a_logo_reads_no_file_and_no_address() -> None:
    plain = RENDERER.render(replace(DOMESTIC, logo=SVG))
    for address in ("fonts/OFL.txt", "invoice.typ", "/etc/passwd", "http://127.0.0.1:9/a.png"):
        prying = SVG.replace(
            b"<rect", f'<image href="{address}" width="9" height="9"/><rect'.encode()
        )
        shown = RENDERER.render(replace(DOMESTIC, logo=prying))
        assert shown in (plain, RENDERER.render(DOMESTIC)), address


def _logo_size(pdf: bytes) -> tuple[float, float]:
    """Width and height in millimetres of what the logo is cut to: the path after its mark."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        steps = [(step.operands, str(step.operator)) for step in _steps(opened)]
    marked = next(n for n, (what, how) in enumerate(steps) if how == "BDC" and "Logo" in str(what))
    corners = [what for what, how in steps[marked : marked + 6] if how in ("m", "l")]
    across, up = zip(*((float(x), float(y)) for x, y in corners), strict=True)
    return (max(across) - min(across)) * 25.4 / 72, (max(up) - min(up)) * 25.4 / 72


def _steps(pdf: pikepdf.Pdf) -> list[Any]:
    return list(pikepdf.parse_content_stream(pdf.pages[0]))


def _font_names(pdf: bytes) -> set[str]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        resources = opened.pages[0].Resources
        return {str(font.BaseFont) for font in resources.Font.values()}
