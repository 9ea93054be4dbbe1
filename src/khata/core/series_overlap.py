"""Two number series of one registration: could they ever make the same number?"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations
from typing import Final

from khata.core.numbering import counted_under, financial_year
from khata.core.refusal import Kind, Refusal

# Kept in one table, where each number is one document's.
KEPT_AS_INVOICES: Final = ("bill_of_supply", "payment_request", "invoice")

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


def check_bills_apart(series: Mapping[str, str], *, country: str, param: str) -> None:
    """Refuse bills of supply and requests that could have another's number. Raises: SeriesOverlap.

    All are kept as invoices, and a number is one document's.
    """
    for one, other in combinations([kind for kind in KEPT_AS_INVOICES if kind in series], 2):
        own, theirs = series[one], series[other]
        if _meet(_shape(counted_under(own), country), _shape(counted_under(theirs), country)):
            raise SeriesOverlap(
                f"{own} could make a number that {theirs} makes for another document; "
                "let a letter or a sign tell the two apart",
                param=param,
            )


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
