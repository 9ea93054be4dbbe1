"""Checks of numbers and of amendments: each row names its rule."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from khata.core.exports.checks.numbers import NotOneRun, numbers_of
from khata.core.exports.gstr1.amended import FiledPeriod
from khata.core.exports.gstr1.file import gstr1
from khata.core.exports.return_checks import check_return, may_be_filed
from khata.core.exports.tax_document import TaxDocument
from tests.core.exports.checking import BLOCKS, KNOWN, MAY, WARNS, sold
from tests.core.exports.month import FILER, JUNE
from tests.core.exports.paper import (
    MUMBAI,
    across,
    credit,
    document,
    local,
    nil_line,
    paise,
    run,
)

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
