"""The dynamic QR code for consumers: who has to print it, and what it says."""

from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from khata.core.e_invoice.applicability import SellerStanding
from khata.core.e_invoice.consumer_qr import consumer_qr, consumer_qr_text
from khata.core.e_invoice.dated import ExemptClass
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from tests.core.e_invoice.papers import (
    between_states,
    export,
    inside_a_state,
    line,
    paper,
    with_buyer,
)

CRORE = 10_000_000
HUGE = SellerStanding({"2019-20": 501 * CRORE})
CONSUMER = with_buyer(inside_a_state(), gstin=None)


@pytest.mark.parametrize(
    ("document", "seller", "oidar", "needed", "law"),
    [
        (CONSUMER, HUGE, False, True, "Notf. 14/2020-CT"),
        (with_buyer(between_states(), gstin="0717USA00027UNJ"), HUGE, False, True, "156/12/2021"),
        (between_states(), HUGE, False, False, "registered persons have IRNs"),
        (export(), HUGE, False, False, "Circular 156/12/2021: exports"),
        (CONSUMER, HUGE, True, False, "s.14 IGST Act: sold from abroad"),
        (CONSUMER, SellerStanding({"2019-20": 500 * CRORE}), False, False, "exactly 500"),
        (CONSUMER, SellerStanding({"2016-17": 900 * CRORE}), False, False, "before 2017-18"),
        (
            CONSUMER,
            SellerStanding(HUGE.turnovers, ExemptClass.BANK_OR_INSURER),
            False,
            False,
            "Rule 54(2)",
        ),
        (CONSUMER, SellerStanding(HUGE.turnovers, ExemptClass.SEZ_UNIT), False, True, "not named"),
        (
            with_buyer(between_states(kind=DocumentKind.BILL_OF_SUPPLY), gstin=None),
            HUGE,
            False,
            False,
            "Rule 49",
        ),
        (
            with_buyer(between_states(issued_on=date(2020, 11, 30)), gstin=None),
            HUGE,
            False,
            False,
            "71/2020: from 1 December 2020",
        ),
    ],
)
def test_who_has_to(
    document: TaxDocument, seller: SellerStanding, oidar: bool, needed: bool, law: str
) -> None:
    assert consumer_qr(document, seller, oidar=oidar).applies is needed, law


def test_what_it_says() -> None:
    """Circular 146/02/2021-GST: GSTIN, UPI id, number, date, value, and the tax by heads."""
    assert consumer_qr_text(CONSUMER, vpa="razor@okbank", payee="Razor Labs", due=118_000) == (
        "upi://pay?pa=razor@okbank&pn=Razor%20Labs&tr=INV%2F26-27%2F00001"
        "&tn=Invoice%20INV%2F26-27%2F00001&am=1180.00&cu=INR&gstIn=29AABCR1718E1ZL"
        "&invoiceNo=INV%2F26-27%2F00001&invoiceDate=2026-04-01T00%3A00%3A00%2B05%3A30"
        "&gstBrkUp=GST%3A180.00%7CCGST%3A90.00%7CSGST%3A90.00"
    )


def test_between_states_it_tells_igst_and_cess_apart() -> None:
    document = paper(line(100_000, igst=18_000, cess=1_200, rate=Decimal(18)))
    told = consumer_qr_text(document, vpa="a@b", payee="A", due=119_200)
    assert told is not None
    assert parse_qs(urlsplit(told).query)["gstBrkUp"] == ["GST:180.00|IGST:180.00|CESS:12.00"]


def test_only_what_is_left_is_asked_for() -> None:
    """Circular 156/12/2021-GST, question 5: part paid before."""
    told = consumer_qr_text(CONSUMER, vpa="a@b", payee="A", due=18_000)
    assert told is not None
    assert "&am=180.00&" in told
    assert consumer_qr_text(CONSUMER, vpa="a@b", payee="A", due=0) is None
