"""The check list: a case a row, each with the rule it breaks. The month of month.py breaks none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from khata.core.exports.gstr1.file import Filer
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from tests.core.exports.checking import BLOCKS, KNOWN, MAY, SMALL, WARNS, found, of, sold
from tests.core.exports.month import FILER, JUNE
from tests.core.exports.paper import (
    BENGALURU,
    EMBASSY,
    MUMBAI,
    across,
    credit,
    document,
    line,
    local,
    nil_line,
    paise,
)

DOCUMENTS = [
    ("IGST s.12", sold(place=None, state="27", supply=SupplyKind.INTRA), "place_missing"),
    ("IGST s.12", sold(place="39", supply=SupplyKind.INTER), "place_missing"),
    ("Circular 242/36/2024-GST", sold(state=None), "state_missing"),
    ("IGST s.2(6)", sold(place="96", supply=SupplyKind.INTRA), "place_contradicts_supply"),
    (
        "IGST s.2(6)",
        sold(line(1000), place="29", supply=SupplyKind.EXPORT),
        "place_contradicts_supply",
    ),
    ("IGST s.8(2)", sold(place="29", supply=SupplyKind.INTRA), "place_contradicts_supply"),
    (
        "IGST s.7(3), 8(2)",
        sold(across(1000, 180), supply=SupplyKind.INTER),
        "place_contradicts_supply",
    ),
    ("table 6B", sold(line(1000), supply=SupplyKind.SEZ), "gstin_missing"),
    ("CGST s.9(3)", sold(reverse_charge=True), "gstin_missing"),
    ("CGST s.9(1)", sold(across(1000, 180), to=MUMBAI), "wrong_heads"),
    ("IGST s.5(1)", sold(to=BENGALURU, place="29"), "wrong_heads"),
    ("CGST s.9(1)", sold(replace(local(1000, 90), cgst=9001)), "wrong_heads"),
    ("IGST s.16(3)(a)", sold(across(1000, 180), place="96"), "wrong_heads"),
    (
        "CGST s.11",
        sold(line(1000, 18, each=90, nature=Nature.EXEMPT), to=MUMBAI),
        "wrong_heads",
    ),
    ("Notf. 2/2017-CC(Rate)", sold(line(1000, 18, each=90, cess=5)), "wrong_heads"),
    ("CGST rule 34(2)", sold(line(1000), place="96", currency="USD"), "rupee_value_missing"),
    (
        "Notf. 78/2020-CT",
        sold(line(1000, 18, each=90, code="9983"), to=MUMBAI),
        "tax_code_too_short",
    ),
    (
        "Notf. 78/2020-CT: consumers too",
        sold(line(1000, 18, each=90, code="9983")),
        "tax_code_too_short",
    ),
    (
        "INV-01: 4, 6 or 8 digits",
        sold(line(1000, 18, each=90, code="99831"), to=MUMBAI),
        "tax_code_too_short",
    ),
    ("rule 46(g)", sold(line(1000, 18, each=90, code=""), to=MUMBAI), "tax_code_too_short"),
    (
        "CGST rule 46(b): 16 characters",
        document("INVOICE-25-26-001", "2025-06-10", local(1000, 90)),
        "bad_number",
    ),
    (
        "CGST rule 46(b): letters, digits, - and /",
        document("INV_1", "2025-06-10", local(1000, 90)),
        "bad_number",
    ),
    ("GSTR-1 tool: not all zeros", document("000", "2025-06-10", local(1000, 90)), "bad_number"),
    ("CGST s.37(1)", sold(on="2025-07-01"), "dated_after_period"),
    ("CGST s.37(1)", sold(on="2025-04-30"), "dated_before_period"),
]


@pytest.mark.parametrize(("law", "document", "code"), DOCUMENTS)
def test_a_document_that_breaks_a_rule_blocks(law: str, document: TaxDocument, code: str) -> None:
    assert (BLOCKS, code) in found(document), law


FINE = [
    ("s.7(5)(b): an SEZ in the own state", sold(line(1000), to=MUMBAI, supply=SupplyKind.SEZ)),
    ("rule 35: a paisa of an inclusive price", sold(across("84.74", "15.26"), place="29")),
    ("Notf. 2/2017-CC(Rate): leasing", sold(line(1000, 18, each=90, cess=5, code="997331"))),
    ("rule 34(2)", sold(line(1000), place="96", currency="USD", exchange_rate="83.1")),
    ("CGST s.22: not taxed, not declared", sold(line(1), treatment=Treatment.OUT_OF_SCOPE)),
    ("cancelled: nothing is asked of it", sold(place=None, cancelled_on="2025-06-11")),
    ("UIN: address decides", sold(across(1000, 180), to=EMBASSY, place="07")),
]


@pytest.mark.parametrize(("law", "document"), FINE)
def test_a_document_that_is_right_is_left_alone(law: str, document: TaxDocument) -> None:
    assert found(document) == [], law


@pytest.mark.parametrize(
    ("law", "lines", "expected"),
    [
        ("9 % of 1,000 is 90", local(1000, "90.02"), [(WARNS, "tax_not_at_rate")]),
        ("a paisa may be the round-off's", local(1000, "90.01"), []),
        ("9 % of 1,000.50 is 90.045, half up", local("1000.50", "90.05"), []),
    ],
)
def test_the_tax_is_that_of_the_rate(
    law: str, lines: Any, expected: Sequence[tuple[str, str]]
) -> None:
    assert found(sold(lines, to=MUMBAI)) == expected, law


@pytest.mark.parametrize(
    ("law", "code", "to", "filer", "expected"),
    [
        ("up to 5 crore: 4 digits", "9983", MUMBAI, SMALL, []),
        ("up to 5 crore: 4 digits", "99", MUMBAI, SMALL, [(BLOCKS, "tax_code_too_short")]),
        (
            "up to 5 crore: optional for consumers",
            "99",
            None,
            SMALL,
            [(WARNS, "tax_code_too_short")],
        ),
        ("above 5 crore: 6 digits", "998314", None, FILER, []),
        ("above 5 crore: 6 digits", "9983", None, FILER, [(BLOCKS, "tax_code_too_short")]),
        ("exactly 5 crore is not above", "9983", MUMBAI, Filer("x", paise(5_00_00_000)), []),
    ],
)
def test_how_long_a_tax_code_is_depends_on_the_turnover(
    law: str, code: str, to: str | None, filer: Filer, expected: list[tuple[str, str]]
) -> None:
    """Notf. 78/2020-CT."""
    one = sold(line(1000, 18, each=90, code=code), to=to)
    assert found(one, filer=filer) == expected, law


@pytest.mark.parametrize(
    ("law", "document", "expected"),
    [
        ("rule 48(4): registered", sold(to=MUMBAI), True),
        ("rule 48(4): has one", sold(to=MUMBAI, irn="a" * 64), False),
        ("rule 48(4): export", sold(line(1000), place="96"), True),
        ("rule 48(4): SEZ", sold(line(1000), to=MUMBAI, supply=SupplyKind.SEZ), True),
        (
            "rule 48(4): notes too",
            credit("CN", "2025-06-10", local(1, "0.09"), to=MUMBAI, against=of("2025-05-01")),
            True,
        ),
        ("rule 48(4): reverse charge", sold(to=MUMBAI, reverse_charge=True), True),
        ("Notf. 13/2020-CT: not consumers", sold(), False),
        ("s.2(94): a UIN is no registered person", sold(to=EMBASSY), False),
        ("rule 48(4): wholly exempt", sold(nil_line(1000), to=MUMBAI), False),
        (
            "rule 48(4): no bill of supply",
            sold(nil_line(1), to=MUMBAI, kind=DocumentKind.BILL_OF_SUPPLY),
            False,
        ),
        ("rule 48(4): no voucher", sold(to=MUMBAI, kind=DocumentKind.RECEIPT_VOUCHER), False),
        ("before the seller has to", sold(to=MUMBAI, on="2025-06-04"), False),
    ],
)
def test_an_e_invoice_is_asked_for_where_it_is_due(
    law: str, document: TaxDocument, expected: bool
) -> None:
    known = replace(KNOWN, e_invoices_from=date(2025, 6, 5))
    assert ((BLOCKS, "e_invoice_missing") in found(document, known=known)) is expected, law


def test_a_document_of_a_period_filed_without_it_is_late_but_may_be_declared() -> None:
    """CGST Act s.50(1): interest; the portal takes an invoice left out before."""
    known = replace(KNOWN, filed=(MAY,))
    assert found(sold(on="2025-05-20"), known=known) == [(WARNS, "dated_in_filed_period")]


def test_a_period_that_was_filed_is_not_given_out_again() -> None:
    known = replace(KNOWN, filed=(JUNE,))
    assert (BLOCKS, "period_already_filed") in found(sold(), known=known)


@pytest.mark.parametrize(
    ("law", "rate", "cents", "expected"),
    [
        ("1,000.00 × 83.25 = 83,250", "83.25", 100000, []),
        ("999.99 × 83.25 = 83,249.17: lines rounded on their own", "83.25", 99999, []),
        ("990.00 × 83.25 = 82,417.50", "83.25", 99000, [(WARNS, "rupee_value_differs")]),
        ("1,000.00 × 84 = 84,000", "84", 100000, [(WARNS, "rupee_value_differs")]),
    ],
)
def test_rupees_are_the_currency_at_its_rate(
    law: str, rate: str, cents: int, expected: list[tuple[str, str]]
) -> None:
    """CGST Rules, rule 34(2)."""
    one = sold(line(83250), place="96", currency="USD", exchange_rate=rate)
    assert found(replace(one, currency_total=cents)) == expected, law


def test_a_seller_in_an_sez_sells_between_states_in_its_own_too() -> None:
    """IGST Act s.7(5)(b): a supply by an SEZ unit is inter-state."""
    one = sold(across(1000, 180), to=MUMBAI, supply=SupplyKind.INTER)
    assert found(one, filer=replace(FILER, sez=True)) == []
    assert found(one) == [(BLOCKS, "place_contradicts_supply")]
