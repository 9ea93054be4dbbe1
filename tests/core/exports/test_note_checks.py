"""Checks of notes: what they go back to, how much, and until when. Each row names its rule."""

from dataclasses import replace
from datetime import date

import pytest

from khata.core.exports.checks.finding import Circumstances
from khata.core.exports.checks.notes import last_day
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import TaxDocument
from tests.core.exports.checking import BLOCKS, KNOWN, WARNS, found, of
from tests.core.exports.paper import (
    MUMBAI,
    credit,
    debit,
    line,
    local,
    paise,
)

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
    known = Circumstances(date.fromisoformat(declared), itc_reversed=frozenset([note.id]))
    assert found(note, known=known, period=ReturnPeriod.of(note.issued_on)) == expected, law


@pytest.mark.parametrize(
    ("law", "supplied", "noted", "last"),
    [
        ("s.34(2): the year ends on 31 March", "2025-03-31", "2025-05-01", "2025-11-30"),
        ("s.34(2): the next year begins", "2025-04-01", "2025-05-01", "2026-11-30"),
        ("s.34(2)", "2024-12-15", "2025-05-01", "2025-11-30"),
        ("s.34(2), a note before Notf. 18/2022-CT", "2021-12-15", "2022-09-30", "2022-09-30"),
        ("s.34(2), a note since", "2021-12-15", "2022-10-01", "2022-11-30"),
    ],
)
def test_the_last_day_to_declare_a_credit_note(
    law: str, supplied: str, noted: str, last: str
) -> None:
    on = date.fromisoformat(noted)
    assert last_day(date.fromisoformat(supplied), on=on) == date.fromisoformat(last), law


def test_the_annual_return_ends_it_earlier() -> None:
    """CGST Act s.34(2): or the date of the annual return, whichever is earlier."""
    note = credit("CN-1", "2025-09-05", local(100, 9), to=MUMBAI, against=of("2025-03-31"))
    known = Circumstances(date(2025, 10, 10), annual_returns={2024: date(2025, 9, 30)})
    period = ReturnPeriod(2025, 9)
    assert found(note, known=known, period=period) == [(WARNS, "credit_note_near_limit")]
    later = replace(known, annual_returns={2024: date(2025, 9, 4)})
    assert found(note, known=later, period=period) == [(BLOCKS, "credit_note_too_late")]


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


@pytest.mark.parametrize(
    ("law", "note", "expected"),
    [
        (
            "s.34(2), proviso: from 1 October 2025",
            credit("CN-1", "2025-10-01", local(100, 9), to=MUMBAI, against=of("2025-09-01")),
            [(WARNS, "itc_reversal_unproven")],
        ),
        (
            "s.34(2): before it",
            credit("CN-1", "2025-09-30", local(100, 9), to=MUMBAI, against=of("2025-09-01")),
            [],
        ),
        (
            "a consumer takes no credit",
            credit("CN-1", "2025-10-01", local(100, 9), against=of("2025-09-01", 500)),
            [],
        ),
    ],
)
def test_the_buyer_gives_its_credit_back(
    law: str, note: TaxDocument, expected: list[tuple[str, str]]
) -> None:
    """Finance Act 2025, s.126; Notf. 16/2025-CT."""
    period = ReturnPeriod.of(note.issued_on)
    assert found(note, period=period) == expected, law
    known = replace(KNOWN, itc_reversed=frozenset([note.id]))
    assert found(note, period=period, known=known) == []
