"""The check list: all that is looked at before a GSTR-1 is given out."""

from collections.abc import Iterator

from khata.core.exports.checks.documents import check_documents
from khata.core.exports.checks.finding import (
    Circumstances,
    Finding,
    Severity,
    blocks,
)
from khata.core.exports.checks.notes import check_notes
from khata.core.exports.checks.numbers import check_numbers
from khata.core.exports.checks.tie_out import check_books, check_file
from khata.core.exports.gstr1.file import Gstr1


def check_return(told: Gstr1, known: Circumstances) -> tuple[Finding, ...]:
    """Return every finding, those that block first; none means the file may go to the portal."""
    found = list(_all(told, known))
    return tuple(sorted(found, key=lambda one: one.severity is not Severity.BLOCKS))


def may_be_filed(findings: tuple[Finding, ...]) -> bool:
    return all(one.severity is not Severity.BLOCKS for one in findings)


def _all(told: Gstr1, known: Circumstances) -> Iterator[Finding]:
    if told.period in known.filed:
        yield blocks(
            "period_already_filed",
            f"The return of {told.period.fp} has been filed: what changed since goes into a later "
            "one, as an amendment (CGST Act s.37(3))",
        )
    yield from check_documents(told, known)
    yield from check_notes(told, known)
    yield from check_numbers(told)
    for past in told.amended:
        for one in past.refused:
            yield blocks("not_amendable", f"{one.document.number}: {one.rule}", one.document)
    yield from check_file(told)
    if known.books is not None:
        yield from check_books(told, known.books)
