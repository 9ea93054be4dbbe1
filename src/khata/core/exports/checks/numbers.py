"""Checks of numbers: each one used has its document, and each document its number."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

from khata.core.exports.checks.finding import Finding, Severity, blocks
from khata.core.exports.gstr1.file import Gstr1
from khata.core.exports.gstr1.issued import NATURES
from khata.core.exports.tax_document import DocumentKind, NumbersUsed, TaxDocument

_MOST_NAMED = 5


class NotOneRun(ValueError):
    """The first and the last number are not of one unbroken run."""


def check_numbers(told: Gstr1) -> Iterator[Finding]:
    """Compare table 13 with the documents of the period: no holes, no strays, nothing twice.

    Source: CGST Rules, rule 46(b) (consecutive, unique for a financial year); GSTR-1, table 13.
    """
    here = [one for one in told.documents if one.issued_on in told.period]
    yield from _twice(told.documents)
    if here and not told.numbers:
        yield blocks(
            "numbers_missing",
            "Documents were issued and table 13 is empty: it is asked for since May 2025",
        )
        return
    for kind in DocumentKind:
        runs = [run for run in told.numbers if run.kind is kind]
        yield from _of_kind(runs, [one for one in here if one.kind is kind])


def out_of_place(id: UUID, number: str, series: str) -> Finding:
    """Name a document whose number is not the one that its count in its series gives.

    Source: CGST Rules, rule 46(b): a consecutive serial number.
    """
    return Finding(
        "number_out_of_place",
        Severity.BLOCKS,
        f"{number} is not the number that its place in the series {series} gives (rule 46(b))",
        (id,),
    )


def numbers_of(run: NumbersUsed) -> list[str]:
    """Return every number of an unbroken run. Raises: NotOneRun."""
    head, tail, low, high = _running_part(run.first, run.last)
    if high - low + 1 != run.count:
        raise NotOneRun(f"from {run.first} to {run.last} are {high - low + 1}, not {run.count}")
    width = len(run.first) - len(head) - len(tail)
    return [f"{head}{n:0{width}}{tail}" for n in range(low, high + 1)]


def _running_part(first: str, last: str) -> tuple[str, str, int, int]:
    """Split two numbers into what they share in front and behind, and what runs."""
    pieces, others = _pieces(first), _pieces(last)
    differ = [at for at in range(min(len(pieces), len(others))) if pieces[at] != others[at]]
    if first == last:
        differ = [max((at for at, part in enumerate(pieces) if part.isdigit()), default=-1)]
    if len(pieces) != len(others) or len(differ) != 1 or differ[0] < 0:
        raise NotOneRun(f"{first} and {last} are not of one run")
    at = differ[0]
    if not (pieces[at].isdigit() and others[at].isdigit()):
        raise NotOneRun(f"{first} and {last} are not of one run")
    return "".join(pieces[:at]), "".join(pieces[at + 1 :]), int(pieces[at]), int(others[at])


def _pieces(number: str) -> list[str]:
    return re.findall(r"[0-9]+|[^0-9]+", number)


def _of_kind(runs: Sequence[NumbersUsed], documents: Sequence[TaxDocument]) -> Iterator[Finding]:
    used: set[str] = set()
    for run in runs:
        try:
            used |= {number.upper() for number in numbers_of(run)}
        except NotOneRun as fault:
            yield blocks("broken_run", f"Series {run.series}: {fault}")
            return
    by_number = {one.number.upper(): one for one in documents}
    holes = sorted(used - set(by_number))
    if holes:
        yield blocks("number_without_document", f"No document has {_named(holes)}: a number used")
    strays = [one for number, one in by_number.items() if number not in used]
    if strays:
        names = sorted(one.number for one in strays)
        yield blocks("document_outside_series", f"Table 13 does not count {_named(names)}", *strays)
    told = sum(run.cancelled for run in runs)
    cancelled = [one for one in documents if one.cancelled]
    if told != len(cancelled):
        yield blocks(
            "cancelled_miscounted",
            f"Table 13 counts {told} as cancelled, of the documents {len(cancelled)} are",
            *cancelled,
        )


def _twice(documents: Sequence[TaxDocument]) -> Iterator[Finding]:
    """Say which numbers stand twice in one nature; capitals and small letters are the same."""
    keys = [(NATURES[one.kind][0], one.number.upper()) for one in documents]
    for key, count in Counter(keys).items():
        if count > 1:
            same = [one for one, other in zip(documents, keys, strict=True) if other == key]
            yield blocks(
                "number_twice", f"{key[1]} is the number of {count} documents (rule 46(b))", *same
            )


def _named(numbers: Sequence[str]) -> str:
    more = len(numbers) - _MOST_NAMED
    return ", ".join(numbers[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
