"""The UPI link: what it asks for, and the GST it tells a consumer."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from khata.core.document import DocumentTax, UpiPayee
from khata.core.upi import upi_link
from tests.golden.samples import DOMESTIC

PLAIN = replace(DOMESTIC, upi=UpiPayee("razor@okbank", "Razor Labs"))
TELLING = replace(DOMESTIC, upi=UpiPayee("razor@okbank", "Razor Labs", gstin="29AABCR1718E1ZL"))


def test_the_plain_link() -> None:
    """NPCI, UPI linking specification 1.6: payee, amount, note and reference."""
    assert upi_link(PLAIN) == (
        "upi://pay?pa=razor@okbank&pn=Razor%20Labs&am=14455.00&cu=INR"
        "&tn=Invoice%20INV%2F26-27%2F00001&tr=INV%2F26-27%2F00001"
    )


def test_a_consumers_link_tells_the_gst() -> None:
    """Circular 146/02/2021-GST: GSTIN, UPI id, number, date, value, and the tax by heads.

    9 % of 12,250.00 is 1,102.50, twice: 2,205.00.
    """
    plain = upi_link(PLAIN)
    assert plain is not None
    assert upi_link(TELLING) == (
        plain + "&gstIn=29AABCR1718E1ZL&invoiceNo=INV%2F26-27%2F00001"
        "&invoiceDate=2026-04-30T00%3A00%3A00%2B05%3A30"
        "&gstBrkUp=GST%3A2205.00%7CCGST%3A1102.50%7CSGST%3A1102.50"
    )


@pytest.mark.parametrize(
    ("taxes", "told"),
    [
        ((("IGST", 2_205_00),), "GST:2205.00|IGST:2205.00"),
        ((("IGST", 2_058_00), ("CESS", 147_00)), "GST:2058.00|IGST:2058.00|CESS:147.00"),
        ((("IGST", 2_205_00), ("VAT", 400_00)), "GST:2205.00|IGST:2205.00"),
        (
            (("CGST", 1_102_50), ("UTGST", 1_102_50)),
            "GST:2205.00|CGST:1102.50|SGST:1102.50",
        ),
    ],
)
def test_heads_are_told_apart(taxes: tuple[tuple[str, int], ...], told: str) -> None:
    rows = tuple(DocumentTax(name, "18", 12_250_00, amount) for name, amount in taxes)
    tax = sum(row.amount for row in rows)
    told_by = replace(TELLING, taxes=rows, tax=tax, total=12_250_00 + tax)
    link = upi_link(told_by)
    assert link is not None
    assert parse_qs(urlsplit(link).query)["gstBrkUp"] == [told]


def test_only_what_is_left_is_asked_for() -> None:
    """Circular 156/12/2021-GST, question 5: what was paid before is not asked for again."""
    part = upi_link(replace(TELLING, amount_paid=14_275_00, amount_due=180_00))
    assert part is not None
    assert parse_qs(urlsplit(part).query)["am"] == ["180.00"]
    assert upi_link(replace(TELLING, amount_paid=14_455_00, amount_due=0)) is None
