"""A document adds up, is called what the law calls it, and asks to be paid by UPI when it can."""

from dataclasses import replace
from datetime import date

import pytest

from khata.core.document import (
    DocumentLine,
    DocumentTax,
    InvoiceDocument,
    Party,
    Title,
    UpiPayee,
    title_of,
)
from khata.core.upi import upi_link

IGST = DocumentTax("IGST", "18", 100_000, 18_000)
INVOICE = InvoiceDocument(
    title=Title.TAX_INVOICE,
    number="INV/26-27/00001",
    issued_on=date(2026, 4, 1),
    due_on=date(2026, 4, 1),
    status="open",
    currency="INR",
    seller=Party("Chai Cloud Pvt Ltd"),
    buyer=Party("Asha Traders"),
    lines=(DocumentLine(1, "Premium", 1, 100_000, taxes=(IGST,)),),
    taxes=(IGST,),
    subtotal=100_000,
    tax=18_000,
    total=118_000,
    amount_paid=0,
    amount_due=118_000,
    upi=UpiPayee("chaicloud@upi", "Chai Cloud & Sons"),
)


def test_a_document_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="total"):
        replace(INVOICE, total=118_001)
    with pytest.raises(ValueError, match="tax"):
        replace(INVOICE, tax=17_999, total=117_999)
    with pytest.raises(ValueError, match="subtotal"):
        replace(INVOICE, subtotal=99_999, total=117_999)


def test_discount_and_round_off_are_part_of_the_sum() -> None:
    line = DocumentLine(1, "Premium", 1, 99_999, discount=1)
    rounded = replace(INVOICE, lines=(line,), discount=1, round_off=1)
    assert rounded.total == 100_000 - 1 + 18_000 + 1


@pytest.mark.parametrize(
    ("country", "registered", "export", "exempt", "title"),
    [
        ("IN", True, False, False, "Tax Invoice"),
        ("IN", True, True, False, "Export Invoice"),
        ("IN", True, False, True, "Bill of Supply"),
        ("IN", False, False, False, "Invoice"),
        ("IN", False, True, False, "Invoice"),
        ("US", True, False, False, "Invoice"),
    ],
)
def test_title(country: str, registered: bool, export: bool, exempt: bool, title: str) -> None:
    said = title_of(
        seller_country=country, seller_registered=registered, export=export, exempt=exempt
    )
    assert said == title


def test_the_upi_link_is_percent_encoded() -> None:
    assert upi_link(INVOICE) == (
        "upi://pay?pa=chaicloud@upi&pn=Chai%20Cloud%20%26%20Sons&am=1180.00&cu=INR"
        "&tn=Invoice%20INV%2F26-27%2F00001&tr=INV%2F26-27%2F00001"
    )


def test_the_upi_link_asks_for_the_balance_only() -> None:
    part_paid = replace(INVOICE, amount_paid=100_000, amount_due=18_000)
    assert "&am=180.00&" in str(upi_link(part_paid))


@pytest.mark.parametrize(
    "closed",
    [
        replace(INVOICE, status="paid", amount_paid=118_000, amount_due=0),
        replace(INVOICE, status="void"),
        replace(INVOICE, currency="USD"),
        replace(INVOICE, upi=None),
    ],
)
def test_no_upi_link_where_upi_cannot_pay(closed: InvoiceDocument) -> None:
    assert upi_link(closed) is None
