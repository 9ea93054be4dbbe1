"""Return, file, documents and ledger agree to the paisa; one paisa anywhere is named."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from khata.core.exports.amounts import Amounts
from khata.core.exports.checks.finding import Booked, Books, Circumstances, Finding
from khata.core.exports.checks.tie_out import check_file
from khata.core.exports.gstr1.file import gstr1
from khata.core.exports.json_text import Tree
from khata.core.exports.return_checks import check_return, may_be_filed
from khata.core.exports.tax_document import TaxDocument
from tests.core.exports.month import DOCUMENTS, FILER, JUNE, NUMBERS, the_return
from tests.core.exports.paper import id_of, paise

PAISA = Decimal("0.01")


def booked(one: TaxDocument) -> Booked:
    """Return what the ledger holds of a document, as docs/returns.md tells it."""
    if one.cancelled:
        return Booked(0)
    sign = one.kind.sign
    owed = 0 if one.reverse_charge else sign

    def head(name: str) -> int:
        of_lines = sum(getattr(line, name) for line in one.lines)
        of_advances = sum(getattr(taken, name) for taken in one.advances)
        return int(owed * of_lines - of_advances)

    return Booked(
        value=sign * sum(line.taxable for line in one.lines),
        igst=head("igst"),
        cgst=head("cgst"),
        sgst=head("sgst"),
        cess=head("cess"),
        round_off=sign * one.round_off,
        advances=sum(taken.net for taken in one.advances),
        receivable=sign * one.total,
    )


BOOKS = Books(
    {one.id: booked(one) for one in DOCUMENTS},
    # By hand, in month.py: IGST 1,350 + 540 + 18,000 + 360 + 900 + 7,200; CGST see test_month.
    Amounts(0, paise("28350"), paise("2340.05"), paise("2340.05")),
)
KNOWN = Circumstances(date(2025, 7, 10), books=BOOKS)


def checked(documents: tuple[TaxDocument, ...], known: Circumstances = KNOWN) -> list[Finding]:
    return list(check_return(gstr1(FILER, JUNE, documents, numbers=NUMBERS), known))


def test_the_month_ties_out() -> None:
    assert checked(DOCUMENTS) == []


def test_the_ledgers_own_entries_add_up_to_its_accounts() -> None:
    entries = BOOKS.booked.values()
    assert sum(one.igst for one in entries) == BOOKS.output_tax.igst
    assert sum(one.cgst for one in entries) == BOOKS.output_tax.cgst
    assert sum(one.sgst for one in entries) == BOOKS.output_tax.sgst


def changed(one: TaxDocument, at: int, part: str, by: int) -> TaxDocument:
    """Return the document with one amount of one line moved, and its total with it."""
    lines = list(one.lines)
    lines[at] = replace(lines[at], **{part: getattr(lines[at], part) + by})
    in_total = 0 if one.reverse_charge and part != "taxable" else by
    return replace(one, lines=tuple(lines), total=one.total + in_total)


def every_paisa() -> Iterator[tuple[str, TaxDocument]]:
    for one in DOCUMENTS:
        if one.cancelled:
            continue
        for by in (1, -1):
            yield (
                f"{one.number} round-off",
                replace(one, round_off=one.round_off + by, total=one.total + by),
            )
            for at in range(len(one.lines)):
                for part in ("taxable", "igst", "cgst", "sgst", "cess"):
                    yield f"{one.number} {part}", changed(one, at, part, by)
            for at, taken in enumerate(one.advances):
                for part in ("net", "igst", "cgst", "sgst", "cess"):
                    advances = list(one.advances)
                    advances[at] = replace(taken, **{part: getattr(taken, part) + by})
                    yield f"{one.number} advance {part}", replace(one, advances=tuple(advances))


def test_one_paisa_in_any_amount_of_any_document_is_named() -> None:
    cases = list(every_paisa())
    assert len(cases) > 250
    for name, other in cases:
        documents = tuple(other if one.id == other.id else one for one in DOCUMENTS)
        found = checked(documents)
        assert any(other.id in one.documents for one in found), name


def test_the_finding_says_which_document_which_head_and_how_much() -> None:
    other = changed(DOCUMENTS[0], 0, "cgst", 1)
    found = {one.code: one.sentence for one in checked((other, *DOCUMENTS[1:]))}
    assert found["books_differ_from_document"] == (
        "INV/25-26/0101: the ledger holds a receivable of ₹1181.00, the document ₹1181.01"
    )
    assert found["books_differ"] == (
        "The ledger's CGST account moved by ₹2340.05, the return owes ₹2340.06"
    )
    assert found["wrong_heads"].endswith(
        "CGST and SGST are not equal (CGST Act s.9(1), SGST Acts s.9(1))"
    )


AMOUNTS = ("txval", "iamt", "camt", "samt", "csamt", "val", "ad_amt")
NIL_AMOUNTS = ("expt_amt", "nil_amt", "ngsup_amt")


def one_paisa_more(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Give every version of a written file in which one amount is a paisa more."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in (*AMOUNTS, *NIL_AMOUNTS):
                yield "/".join((*path, key)), {**tree, key: value + PAISA}
            elif key != "gt":
                for name, version in one_paisa_more(value, (*path, key)):
                    yield name, {**tree, key: version}
    elif isinstance(tree, list):
        for at, value in enumerate(tree):
            for name, version in one_paisa_more(value, (*path, str(at))):
                yield name, [*tree[:at], version, *tree[at + 1 :]]


def test_one_paisa_in_any_amount_of_the_file_is_named() -> None:
    told = the_return()
    versions: list[tuple[str, dict[str, Tree]]] = list(one_paisa_more(told.tree()))
    assert len(versions) > 100
    assert list(check_file(told, told.tree())) == []
    for name, version in versions:
        assert list(check_file(told, version)), name


def test_a_document_the_ledger_does_not_know_is_named() -> None:
    booked = {key: one for key, one in BOOKS.booked.items() if key != DOCUMENTS[0].id}
    found = checked(DOCUMENTS, replace(KNOWN, books=replace(BOOKS, booked=booked)))
    assert [(one.code, one.documents) for one in found] == [("not_booked", (DOCUMENTS[0].id,))]


def test_what_the_ledger_knows_and_the_return_does_not_is_named() -> None:
    stray = id_of("INV/25-26/0999")
    booked = {**BOOKS.booked, stray: Booked(1000_00, igst=180_00, receivable=1180_00)}
    found = checked(DOCUMENTS, replace(KNOWN, books=replace(BOOKS, booked=booked)))
    assert [(one.code, one.documents) for one in found] == [("booked_not_declared", (stray,))]
    assert not may_be_filed(tuple(found))


@pytest.mark.parametrize("head", ["igst", "cgst", "sgst", "cess"])
def test_an_account_that_moved_by_a_paisa_more_is_named(head: str) -> None:
    """As where somebody booked by hand on an account of output tax."""
    moved = replace(BOOKS.output_tax, **{head: getattr(BOOKS.output_tax, head) + 1})
    [found] = checked(DOCUMENTS, replace(KNOWN, books=replace(BOOKS, output_tax=moved)))
    assert found.code == "books_differ"
    assert (head.upper() if head != "cess" else "cess") in found.sentence


def test_a_cancelled_document_is_not_in_the_books() -> None:
    [cancelled] = [one for one in DOCUMENTS if one.cancelled]
    booked = {**BOOKS.booked, cancelled.id: Booked(500_00, cgst=45_00, sgst=45_00)}
    found = checked(DOCUMENTS, replace(KNOWN, books=replace(BOOKS, booked=booked)))
    assert {one.code for one in found} == {"books_differ_from_document"}
    assert all(one.documents == (cancelled.id,) for one in found)
