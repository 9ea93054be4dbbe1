"""Which documents need an IRN, by the rule that says so, and until which day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from khata.core.e_invoice.applicability import (
    EInvoiceTooLate,
    SellerStanding,
    applicability,
    bound_from,
    check_in_time,
    last_day,
)
from khata.core.e_invoice.dated import ExemptClass
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from tests.core.e_invoice.papers import (
    SELLER,
    between_states,
    credit_note,
    export,
    inside_a_state,
    line,
    paper,
    with_buyer,
    with_line,
    with_seller,
)

CRORE = 10_000_000
LARGE = SellerStanding({"2024-25": 6 * CRORE})
UIN = "0717USA00027UNX"  # United States of America, an embassy


@pytest.mark.parametrize(
    ("document", "law"),
    [
        (between_states(), "Rule 48(4): a registered person"),
        (inside_a_state(), "Rule 48(4): a registered person"),
        (export(), "Notf. 13/2020-CT: or for exports"),
        (
            paper(line(1_000), supply=SupplyKind.SEZ, treatment=Treatment.ZERO_RATED_LUT),
            "an SEZ unit is a registered person",
        ),
        (credit_note(), "Rule 48(4) with s.34: notes too"),
        (credit_note(kind=DocumentKind.DEBIT_NOTE), "Rule 48(4) with s.34"),
        (between_states(reverse_charge=True), "supplies under reverse charge too: FAQ of GSTN"),
        (
            paper(line(100_000, igst=18_000), line(5_000, nature=Nature.EXEMPT)),
            "partly exempt: Rule 46A",
        ),
    ],
)
def test_these_need_one(document: TaxDocument, law: str) -> None:
    told = applicability(document, LARGE)
    assert told.applies, law
    assert told.law == "CGST Rule 48(4); Notf. 10/2023-CT"
    assert told.last_day is None  # 6 crore is below the rule of 30 days


@pytest.mark.parametrize(
    ("document", "reason", "law"),
    [
        (with_buyer(between_states(), gstin=None), "buyer is not registered", "13/2020"),
        (with_buyer(between_states(), gstin=UIN), "UIN", "s.2(94)"),
        (with_seller(between_states(), gstin=None), "charges no GST", "s.22"),
        (between_states(treatment=Treatment.OUT_OF_SCOPE), "charges no GST", "s.22"),
        (between_states(cancelled_on=date(2026, 4, 2)), "cancelled", "48(4)"),
        (between_states(kind=DocumentKind.BILL_OF_SUPPLY), "bill of supply", "49"),
        (between_states(kind=DocumentKind.RECEIPT_VOUCHER), "receipt voucher", "48(4)"),
        (between_states(kind=DocumentKind.REFUND_VOUCHER), "refund voucher", "48(4)"),
        (between_states(kind=DocumentKind.REVISED_INVOICE), "revised invoice", "48(4)"),
        (with_line(between_states(), nature=Nature.EXEMPT), "Nothing", "s.31(3)(c)"),
        (with_line(between_states(), nature=Nature.NIL_RATED), "Nothing", "s.31(3)(c)"),
        (between_states(buyer=replace(SELLER)), "one registration", "s.7"),
    ],
)
def test_these_do_not(document: TaxDocument, reason: str, law: str) -> None:
    told = applicability(document, LARGE)
    assert not told.applies
    assert reason in told.reason
    assert law in told.law


@pytest.mark.parametrize("kind", list(ExemptClass))
def test_nor_do_sellers_of_some_classes(kind: ExemptClass) -> None:
    """CGST Rule 54(2), (3), (4), (4A); Notf. 61/2020-CT, 23/2021-CT."""
    told = applicability(between_states(), replace(LARGE, exempt_as=kind))
    assert not told.applies
    assert told.law


@pytest.mark.parametrize(
    ("issued_on", "year", "crore", "applies", "law"),
    [
        (date(2026, 4, 1), "2024-25", "5.0000001", True, "10/2023: beyond 5 crore"),
        (date(2026, 4, 1), "2024-25", "5", False, "10/2023: exactly 5 is not beyond"),
        (date(2026, 4, 1), "2017-18", "6", True, "any year from 2017-18 on"),
        (date(2026, 4, 1), "2016-17", "600", False, "none before"),
        (date(2026, 3, 31), "2025-26", "6", False, "a preceding year, and this one has not ended"),
        (date(2026, 4, 1), "2025-26", "6", True, "now it has"),
        (date(2023, 7, 31), "2022-23", "6", False, "17/2022: 10 crore until then"),
        (date(2023, 8, 1), "2022-23", "6", True, "10/2023: from 1 August 2023"),
        (date(2022, 10, 1), "2021-22", "11", True, "17/2022"),
        (date(2022, 9, 30), "2021-22", "11", False, "1/2022: 20 crore"),
        (date(2022, 4, 1), "2020-21", "21", True, "1/2022"),
        (date(2021, 4, 1), "2019-20", "51", True, "5/2021"),
        (date(2021, 3, 31), "2019-20", "51", False, "88/2020: 100 crore"),
        (date(2021, 1, 1), "2019-20", "101", True, "88/2020"),
        (date(2020, 10, 1), "2019-20", "501", True, "61/2020"),
        (date(2020, 9, 30), "2019-20", "501", False, "not yet"),
    ],
)
def test_turnover_and_day(issued_on: date, year: str, crore: str, applies: bool, law: str) -> None:
    seller = SellerStanding({year: round(float(crore) * CRORE)})
    assert applicability(between_states(issued_on=issued_on), seller).applies is applies, law


def test_who_enrolled_of_its_own_will_registers_all_the_same() -> None:
    told = applicability(between_states(), SellerStanding({}, voluntary=True))
    assert told.applies


@pytest.mark.parametrize(
    ("issued_on", "crore", "last", "law"),
    [
        (date(2026, 4, 1), 10, date(2026, 4, 30), "advisory of 5 November 2024, its own example"),
        (date(2026, 4, 1), 9, None, "below 10 crore"),
        (date(2025, 3, 31), 10, None, "100 crore until then"),
        (date(2025, 4, 1), 10, date(2025, 4, 30), "from 1 April 2025"),
        (date(2023, 11, 1), 100, date(2023, 11, 30), "advisory of 11 September 2023"),
        (date(2023, 10, 31), 100, None, "not yet"),
        (date(2028, 2, 1), 10, date(2028, 3, 1), "a leap year: 29 days of February, and one"),
    ],
)
def test_the_last_day(issued_on: date, crore: int, last: date | None, law: str) -> None:
    seller = SellerStanding({"2022-23": crore * CRORE})
    assert last_day(issued_on, seller) == last, law
    document = between_states(issued_on=issued_on)
    if last is None:
        check_in_time(document, seller, today=issued_on + timedelta(days=400))
        return
    check_in_time(document, seller, today=last)
    with pytest.raises(EInvoiceTooLate, match=str(last)):
        check_in_time(document, seller, today=last + timedelta(days=1))


def test_a_note_counts_from_its_own_day() -> None:
    """The invoice may be a year old. GSTN advisory of 5 November 2024."""
    seller = SellerStanding({"2022-23": 12 * CRORE})
    told = applicability(credit_note(issued_on=date(2027, 3, 1)), seller)
    assert told.last_day == date(2027, 3, 30)


@pytest.mark.parametrize(
    ("turnovers", "first", "law"),
    [
        ({"2024-25": 6 * CRORE}, date(2025, 4, 1), "10/2023-CT: a year that ended before"),
        ({"2024-25": 5 * CRORE}, None, "above five crore, not at it"),
        ({"2018-19": 6 * CRORE}, date(2023, 8, 1), "10/2023-CT: any year from 2017-18 on"),
        ({"2016-17": 900 * CRORE}, None, "from 2017-18 on"),
        ({"2019-20": 501 * CRORE}, date(2020, 10, 1), "61/2020-CT: above 500 crore"),
        ({"2021-22": 21 * CRORE, "2022-23": 1}, date(2022, 4, 1), "1/2022-CT: above 20 crore"),
        ({}, None, "nothing is told"),
    ],
)
def test_a_seller_is_bound_from_a_day_on(
    turnovers: dict[str, int], first: date | None, law: str
) -> None:
    assert bound_from(SellerStanding(turnovers)) == first, law
    assert bound_from(SellerStanding(turnovers, voluntary=True)) == first, law
    assert bound_from(SellerStanding(turnovers, exempt_as=ExemptClass.MULTIPLEX)) is None
