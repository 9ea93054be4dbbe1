"""IRNs against a published one, and others made by the command `sha256sum` of the plain text."""

from dataclasses import replace
from datetime import date

import pytest

from khata.core.e_invoice.irn import financial_year_of, irn, is_case_blind
from khata.core.e_invoice.registration import registration_request
from tests.core.e_invoice.papers import between_states, credit_note

SELLER, OTHER = "29AABCR1718E1ZL", "27AABCR1718E1ZP"
CAPITALS = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("gstin", "kind", "number", "issued_on", "case_blind", "expected"),
    [
        (  # published by NIC with its sample: …2019-20INV2019-20/KA/1
            "29AAFCC9980M1ZR",
            "INV",
            "2019-20/KA/1",
            date(2020, 3, 1),
            False,
            "23f498ee41441ecad30f72ba5b9907506c3df70a17b0e0dff46b76a786400662",
        ),
        (  # the last day of a financial year
            SELLER,
            "INV",
            "INV/25-26/00001",
            date(2026, 3, 31),
            True,
            "47a55db4b3abde9faf50dbd603e31d3a9f79c075766f1b33f77e94b977bdbaf1",
        ),
        (  # and the first of the next
            SELLER,
            "INV",
            "INV/26-27/00001",
            date(2026, 4, 1),
            True,
            "d3c4dfbedd263ee74bc099be2c56a207dc7561f156ce7683711011e468ae737a",
        ),
        (
            SELLER,
            "CRN",
            "CN/26-27/00001",
            date(2027, 3, 31),
            True,
            "f219eb40fb30c0ffcba885cc148005c0e0b0def89c503b9eb986638c35bbe43e",
        ),
        (
            SELLER,
            "DBN",
            "DN/26-27/1",
            date(2026, 12, 31),
            True,
            "29db7199be6fc0d0f15d75c75a3755c5201c878e1e509b5add2570140ddaa7b9",
        ),
        (  # small letters become capitals
            OTHER,
            "INV",
            "abc-1",
            date(2026, 5, 1),
            True,
            "8faaf25a98bf7de1a2a6c0fb7067f6e3fbd429fd2a2b4cde8086ddf0127d8cd3",
        ),
        (  # but stayed what they were before 1 June 2025
            OTHER,
            "INV",
            "abc-1",
            date(2024, 5, 1),
            False,
            "e9b49f805d189f544d603958d5fc33c56333ad32010a6e00cb7d7bd4443e774a",
        ),
        (  # a year that ends a century
            SELLER,
            "INV",
            "X",
            date(2099, 4, 1),
            True,
            "f134b87fa860f13821b68f94a4f78121a992116209fb1aed67c36e366bab7cf7",
        ),
    ],
)
def test_the_hash(
    gstin: str, kind: str, number: str, issued_on: date, case_blind: bool, expected: str
) -> None:
    told = irn(
        gstin=gstin, document_type=kind, number=number, issued_on=issued_on, case_blind=case_blind
    )
    assert told == expected


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 3, 31), "2025-26"),
        (date(2026, 4, 1), "2026-27"),
        (date(2027, 1, 1), "2026-27"),
        (date(2000, 3, 31), "1999-00"),
    ],
)
def test_the_financial_year(day: date, year: str) -> None:
    assert financial_year_of(day) == year


def test_the_day_of_the_report_decides_about_capitals() -> None:
    """GSTN advisory of 1 April 2025: from 1 June 2025."""
    assert is_case_blind(CAPITALS)
    assert not is_case_blind(date(2025, 5, 31))
    typed = replace(between_states(), number="inv/1")
    before = registration_request(typed, reported_on=date(2025, 5, 31))
    after = registration_request(typed, reported_on=CAPITALS)
    capitals = registration_request(replace(typed, number="INV/1"), reported_on=CAPITALS)
    assert before.irn != after.irn == capitals.irn


def test_a_request_has_what_the_portal_is_asked_by() -> None:
    told = registration_request(credit_note(), reported_on=date(2026, 4, 20))
    assert told.irn == "f219eb40fb30c0ffcba885cc148005c0e0b0def89c503b9eb986638c35bbe43e"
    assert (told.key.document_type, told.key.number) == ("CRN", "CN/26-27/00001")
    assert (told.key.seller_gstin, told.buyer_gstin) == (SELLER, "27AAACM3025E1ZZ")
    assert (told.key.issued_on, told.total) == (date(2026, 4, 20), 23_600)
    assert '"TotInvVal":236.00' in told.body
