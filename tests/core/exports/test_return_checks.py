"""The check list: a case a row, each with the rule it breaks. The month of month.py breaks none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from khata.core.exports.checks.finding import Circumstances
from khata.core.exports.checks.notes import last_day
from khata.core.exports.checks.numbers import NotOneRun, numbers_of
from khata.core.exports.gstr1.amended import FiledPeriod
from khata.core.exports.gstr1.file import Filer, gstr1
from khata.core.exports.return_checks import check_return, may_be_filed
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind, Nature, Original, TaxDocument
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from tests.core.exports.month import FILER, JUNE
from tests.core.exports.paper import (
    BENGALURU,
    EMBASSY,
    MUMBAI,
    across,
    credit,
    debit,
    document,
    id_of,
    line,
    local,
    nil_line,
    paise,
    run,
)

TODAY = date(2025, 7, 10)
KNOWN = Circumstances(TODAY)
MAY = ReturnPeriod(2025, 5)
BLOCKS, WARNS = "blocks", "warns"
SMALL = Filer(FILER.gstin, turnover=paise(4_00_00_000))


def sold(*lines: Any, on: str = "2025-06-10", **rest: Any) -> TaxDocument:
    return document("INV-1", on, *(lines or (local(1000, 90),)), **rest)


def of(on: str, total: str | int = 100000) -> Original:
    day = date.fromisoformat(on)
    return Original(id_of("OLD-1"), DocumentKind.INVOICE, "OLD-1", day, paise(total))


def found(
    *documents: TaxDocument,
    known: Circumstances = KNOWN,
    filer: Filer = FILER,
    period: ReturnPeriod = JUNE,
) -> list[tuple[str, str]]:
    numbers = [
        replace(run(one.number, one.number, 1, kind=one.kind), cancelled=int(one.cancelled))
        for one in documents
        if one.issued_on in period
    ]
    told = gstr1(filer, period, documents, numbers=numbers)
    return [(one.severity.value, one.code) for one in check_return(told, known)]


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


LATE = [
    # The supply is of FY 2024-25, so the last day is 30 November 2025.
    ("s.34(2): in time", "2025-10-31", "2025-11-11", []),
    (
        "s.34(2): its November return is filed in December",
        "2025-11-01",
        "2025-12-11",
        [(WARNS, "credit_note_near_limit")],
    ),
    ("s.34(2): the last day", "2025-11-30", "2025-12-11", [(WARNS, "credit_note_near_limit")]),
    ("s.34(2): past it", "2025-12-01", "2026-01-11", [(BLOCKS, "credit_note_too_late")]),
    (
        "s.34(2): in time, but declared late",
        "2025-10-31",
        "2025-12-01",
        [(BLOCKS, "credit_note_too_late")],
    ),
    ("s.34(2): declared on the last day", "2025-10-31", "2025-11-30", []),
]


@pytest.mark.parametrize(("law", "noted", "declared", "expected"), LATE)
def test_until_when_a_credit_note_lowers_tax(
    law: str, noted: str, declared: str, expected: list[tuple[str, str]]
) -> None:
    note = credit("CN-1", noted, local(100, 9), to=MUMBAI, against=of("2025-03-31"))
    known = Circumstances(date.fromisoformat(declared))
    assert found(note, known=known, period=ReturnPeriod.of(note.issued_on)) == expected, law


@pytest.mark.parametrize(
    ("law", "supplied", "last"),
    [
        ("s.34(2): the year ends on 31 March", "2025-03-31", "2025-11-30"),
        ("s.34(2): the next year begins", "2025-04-01", "2026-11-30"),
        ("s.34(2)", "2024-12-15", "2025-11-30"),
    ],
)
def test_the_last_day_to_declare_a_credit_note(law: str, supplied: str, last: str) -> None:
    assert last_day(date.fromisoformat(supplied)) == date.fromisoformat(last), law


def test_the_annual_return_ends_it_earlier() -> None:
    """CGST Act s.34(2): or the date of the annual return, whichever is earlier."""
    known = Circumstances(date(2025, 11, 10), annual_returns={2024: date(2025, 9, 30)})
    note = credit("CN-1", "2025-10-05", local(100, 9), to=MUMBAI, against=of("2025-03-31"))
    period = ReturnPeriod(2025, 10)
    assert found(note, known=known, period=period) == [(BLOCKS, "credit_note_too_late")]


def test_a_note_without_tax_and_a_debit_note_have_no_last_day() -> None:
    """CGST Act s.34(2), s.34(3)."""
    old = of("2020-01-01")
    without = credit("CN-1", "2025-06-10", line(100), place="96", against=old)
    more = debit("DN-1", "2025-06-10", local(100, 9), to=MUMBAI, against=old)
    assert found(without, more) == []


def test_credit_notes_are_not_above_their_invoice() -> None:
    """CGST Act s.34(1): 1,180 invoiced; 590 and 590.01 credited, or 590 now and 590.01 before."""
    old = of("2025-05-01", 1180)
    half = credit("CN-1", "2025-06-10", local(500, 45), to=MUMBAI, against=old)
    other = credit("CN-2", "2025-06-11", local(500, 45), to=MUMBAI, against=old)
    more = credit("CN-2", "2025-06-11", local(500, 45), to=MUMBAI, against=old, total="590.01")
    assert found(half, other) == []
    assert found(half, more) == [(BLOCKS, "credited_above_original")]
    before = replace(KNOWN, credited_before={old.id: paise("590.01")})
    assert found(half, known=before) == [(BLOCKS, "credited_above_original")]


def test_a_note_that_names_no_invoice_is_told() -> None:
    """CGST Rules, rule 53(1A)."""
    note = credit("CN-1", "2025-06-10", local(500, 45), to=MUMBAI)
    assert found(note) == [(WARNS, "note_without_original")]


RUNS = [
    ("INV/25-26/0009", "INV/25-26/0011", 3, ["INV/25-26/0009", "INV/25-26/0010", "INV/25-26/0011"]),
    ("A-9", "A-10", 2, ["A-9", "A-10"]),
    ("12/25-26", "13/25-26", 2, ["12/25-26", "13/25-26"]),
    ("CN1", "CN1", 1, ["CN1"]),
]


@pytest.mark.parametrize(("first", "last", "count", "numbers"), RUNS)
def test_a_run_is_all_of_its_numbers(first: str, last: str, count: int, numbers: list[str]) -> None:
    assert numbers_of(run(first, last, count)) == numbers


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("A-1", "A-3", 2), ("A-1", "B-2", 2), ("A-1/25", "A-2/26", 2), ("ONE", "TWO", 2)],
)
def test_what_is_not_one_run_is_refused(first: str, last: str, count: int) -> None:
    with pytest.raises(NotOneRun):
        numbers_of(run(first, last, count))


def numbered(*numbers: str, cancelled: str | None = None) -> list[TaxDocument]:
    return [
        document(
            one,
            "2025-06-10",
            local(1000, 90),
            cancelled_on="2025-06-11" if one == cancelled else None,
        )
        for one in numbers
    ]


NUMBERS = [
    ("rule 46(b): consecutive", numbered("A-1", "A-2", "A-3"), [run("A-1", "A-3", 3)], []),
    ("a hole", numbered("A-1", "A-3"), [run("A-1", "A-3", 3)], ["number_without_document"]),
    ("a stray", numbered("A-1", "B-9"), [run("A-1", "A-1", 1)], ["document_outside_series"]),
    ("a wrong count", numbered("A-1", "A-2"), [run("A-1", "A-2", 3)], ["broken_run"]),
    ("no table 13", numbered("A-1"), [], ["numbers_missing"]),
    (
        "a cancelled number stays used",
        numbered("A-1", "A-2", cancelled="A-2"),
        [run("A-1", "A-2", 2, cancelled=1)],
        [],
    ),
    (
        "cancelled, and not counted",
        numbered("A-1", "A-2", cancelled="A-2"),
        [run("A-1", "A-2", 2)],
        ["cancelled_miscounted"],
    ),
    (
        "two series",
        numbered("A-1", "B-1"),
        [run("A-1", "A-1", 1), run("B-1", "B-1", 1)],
        [],
    ),
    (
        "capitals and small letters are one number",
        numbered("A-1", "a-1"),
        [run("A-1", "A-1", 1)],
        ["number_twice"],
    ),
    (
        "a run of another kind",
        numbered("A-1"),
        [run("A-1", "A-1", 1, kind="credit_note")],
        ["document_outside_series", "number_without_document"],
    ),
]


@pytest.mark.parametrize(("rule", "documents", "numbers", "codes"), NUMBERS)
def test_documents_are_the_numbers_used(
    rule: str, documents: list[TaxDocument], numbers: Any, codes: list[str]
) -> None:
    told = gstr1(FILER, JUNE, documents, numbers=numbers)
    assert [one.code for one in check_return(told, KNOWN)] == codes, rule


AGAIN = [
    (
        "s.34: cancelled since",
        sold(to=MUMBAI, on="2025-05-10"),
        {"cancelled_on": date(2025, 6, 1)},
        "has been cancelled since",
    ),
    (
        "table 9A: another table",
        sold(to=MUMBAI, on="2025-05-10"),
        {"buyer": sold().buyer},
        "move to another table",
    ),
    (
        "table 9A: the place of a large invoice",
        sold(across(100000, 18000), place="29", on="2025-05-10"),
        {"place_code": "24"},
        "cannot change the place of supply",
    ),
    (
        "table 8 has no amendment",
        sold(nil_line(100), to=MUMBAI, on="2025-05-10"),
        {"lines": (nil_line(200),), "total": paise(200)},
        "has no amendment",
    ),
]


@pytest.mark.parametrize(("rule", "filed", "change", "sentence"), AGAIN)
def test_what_no_amendment_can_tell_is_named(
    rule: str, filed: TaxDocument, change: dict[str, Any], sentence: str
) -> None:
    told = gstr1(FILER, JUNE, [], filed=[FiledPeriod(MAY, (filed,), (replace(filed, **change),))])
    [one] = check_return(told, KNOWN)
    assert (one.code, one.documents) == ("not_amendable", (filed.id,)), rule
    assert sentence in one.sentence
    assert set(told.tree()) == {"gstin", "fp", "gt", "version", "hash"}  # as it was filed


def test_findings_that_block_come_first_and_warnings_let_pass() -> None:
    note = credit("CN-1", "2025-06-10", local(500, 45), to=MUMBAI)
    wrong = sold(state=None)
    told = gstr1(
        FILER,
        JUNE,
        [note, wrong],
        numbers=[run("INV-1", "INV-1", 1), run("CN-1", "CN-1", 1, kind="credit_note")],
    )
    findings = check_return(told, KNOWN)
    assert [one.severity.value for one in findings] == [BLOCKS, WARNS]
    assert not may_be_filed(findings)
    assert may_be_filed(findings[1:])
