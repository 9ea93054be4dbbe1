"""The dynamic QR code for consumers: who has to print it."""

from datetime import date

import pytest

from khata.core.e_invoice.applicability import SellerStanding
from khata.core.e_invoice.consumer_qr import consumer_qr
from khata.core.e_invoice.dated import ExemptClass
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from tests.core.e_invoice.papers import (
    between_states,
    export,
    inside_a_state,
    with_buyer,
)

CRORE = 10_000_000
HUGE = SellerStanding({"2019-20": 501 * CRORE})
CONSUMER = with_buyer(inside_a_state(), gstin=None)


@pytest.mark.parametrize(
    ("document", "seller", "oidar", "needed", "law"),
    [
        (CONSUMER, HUGE, False, True, "Notf. 14/2020-CT"),
        (with_buyer(between_states(), gstin="0717USA00027UNX"), HUGE, False, True, "156/12/2021"),
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
