"""Two number series of one registration: could they ever make the same number?"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations

from khata.core.numbering import counted_under, financial_year
from khata.core.refusal import Kind, Refusal

_DIGITS = "0123456789"
_Shape = tuple[tuple[str, bool], ...]  # the characters of each place, and whether it may repeat


class SeriesOverlap(Refusal):
    """A pattern could make a number that the registration has used under an earlier pattern."""

    kind = Kind.CONFLICT


def check_apart(pattern: str, used: Iterable[str], *, country: str, param: str) -> None:
    """Refuse a pattern that could make a number of a series that has counted already.

    One that differs in its padding alone is the same series, and goes on counting.
    Raises: SeriesOverlap. Source: CGST Rule 46(b): a number is unique in its financial year.
    """
    own = counted_under(pattern)
    for other in used:
        if other != own and _meet(_shape(own, country), _shape(other, country)):
            raise SeriesOverlap(
                f"{pattern} could make a number that {other} has made before; "
                "let a letter or a sign tell the two apart",
                param=param,
            )


# All of these are kept as invoices, where each number is one document's.
KEPT_AS_INVOICES = (
    "invoice",
    "bill_of_supply",
    "debit_note",
    "revised_invoice",
    "payment_request",
)
_KEPT_AS_NOTES = ("credit_note", "commercial_credit_note")


def sharing(document: str) -> tuple[str, ...]:
    """Return the other types of document that are kept beside this one."""
    together = KEPT_AS_INVOICES if document in KEPT_AS_INVOICES else _KEPT_AS_NOTES
    return tuple(other for other in together if other != document)


def check_documents_apart(series: Mapping[str, str], *, country: str, param: str) -> None:
    """Refuse documents that could have the number of another kind. Raises: SeriesOverlap.

    Those that are kept together have each number once.
    """
    for together in (KEPT_AS_INVOICES, _KEPT_AS_NOTES):
        for one, other in combinations(together, 2):
            mine, theirs = _pattern(series, one), _pattern(series, other)
            if mine and theirs and _meet(_shape(mine, country), _shape(theirs, country)):
                what = other.replace("_", " ")
                raise SeriesOverlap(
                    f"{series[other]} could make a number for a {what} that {series[one]} makes "
                    f"for a {one.replace('_', ' ')}; let a letter or a sign tell the two apart",
                    param=param,
                )


def _pattern(series: Mapping[str, str], document: str) -> str | None:
    pattern = series.get(document)
    return None if pattern is None else counted_under(pattern)


def _shape(pattern: str, country: str) -> _Shape:
    """Return what a pattern's numbers look like, whatever their count and their year."""
    year = financial_year(date(2026, 4, 1), country)
    shape: list[tuple[str, bool]] = []
    for part in re.split(r"(\{fy\}|\{n\})", pattern):
        if part == "{n}":
            shape.append((_DIGITS, True))
        elif part == "{fy}":
            shape += [(_DIGITS if sign.isdigit() else sign, False) for sign in year]
        else:
            shape += [(sign, False) for sign in part]
    return tuple(shape)


def _meet(one: _Shape, other: _Shape) -> bool:
    """Say whether some text has both shapes: both are read at once, place by place."""
    waiting, seen = [(0, 0)], {(0, 0)}
    while waiting:
        i, j = waiting.pop()
        if i == len(one) and j == len(other):
            return True
        if i == len(one) or j == len(other) or not set(one[i][0]) & set(other[j][0]):
            continue
        steps = {(i + 1, j + 1)}
        if one[i][1]:
            steps.add((i, j + 1))
        if other[j][1]:
            steps.add((i + 1, j))
        waiting += steps - seen
        seen |= steps
    return False
