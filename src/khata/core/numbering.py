"""Document numbers: a pattern, a financial year and a count become `INV/26-27/00001`."""

import re
from datetime import date

from khata.core.refusal import Refusal

LONGEST = 16  # CGST Rule 46(b)
_FIELD = re.compile(r"\{(fy|n)(?::0(\d{1,2}))?\}")
_ALLOWED = re.compile(r"[A-Z1-9][A-Z0-9/-]{0,15}")


class BadSeries(Refusal):
    """The pattern of a number series makes numbers that the law does not allow."""


class SeriesFull(Refusal):
    """The next number of the series would be longer than 16 characters; open another series."""


def financial_year(day: date, country: str) -> str:
    """Return the year a document's number belongs to: '26-27' from April in India, else '2026'.

    Source: CGST Rule 46(b); the Indian financial year begins on 1 April.
    """
    if country != "IN":
        return str(day.year)
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first % 100:02}-{(first + 1) % 100:02}"


def render(pattern: str, *, year: str, n: int) -> str:
    """Return the number that `pattern` gives the n-th document of the year.

    Raises: SeriesFull. Source: CGST Rule 46(b): letters, digits, - and /, at most 16.
    """
    number = _FIELD.sub(
        lambda field: year if field[1] == "fy" else f"{n:0{int(field[2] or 1)}}", pattern
    )
    if len(number) > LONGEST:
        raise SeriesFull(f"{number} has {len(number)} characters; the law allows {LONGEST}")
    return number


def counted_under(pattern: str) -> str:
    """Return the series a pattern counts in: the pattern without its padding.

    So the count goes on when only the number of digits changes.
    """
    return _FIELD.sub(lambda field: f"{{{field[1]}}}", pattern)


def is_nth(number: str, series: str, *, year: str, n: int) -> bool:
    """Say whether a number is the n-th of the year in a series, with whatever padding.

    `series` is what `counted_under` gives of the pattern.
    """
    parts = re.split(r"(\{fy\}|\{n\})", series)
    fields = {"{fy}": re.escape(year), "{n}": f"0*{n}"}
    return (
        re.fullmatch("".join(fields.get(one, re.escape(one)) for one in parts), number) is not None
    )


def counting_year(pattern: str, *, year: str) -> str:
    """Return the year a pattern's count belongs to, or '' where its numbers name no year.

    Such a count never begins again: last year's numbers would come back.
    """
    return year if "{fy}" in counted_under(pattern) else ""


def check_pattern(pattern: str, *, country: str, param: str) -> None:
    """Refuse a pattern unless its first and its 99,999th number of a year are lawful.

    Raises: BadSeries.
    """
    if (
        len(pattern) > 40
        or len([field for field in _FIELD.finditer(pattern) if field[1] == "n"]) != 1
    ):
        raise BadSeries("a series has exactly one {n}, such as INV/{fy}/{n:05}", param=param)
    year = financial_year(date(2026, 4, 1), country)
    try:
        numbers = [render(pattern, year=year, n=n) for n in (1, 99_999)]
    except SeriesFull as full:
        raise BadSeries(str(full), param=param) from None
    for number in numbers:
        if not _ALLOWED.fullmatch(number):
            raise BadSeries(
                f"{number[:20]!r} is not a lawful number: capitals, digits, - and /, "
                "and neither 0, - nor / in front",
                param=param,
            )
    if not counting_year(pattern, year=year) and country == "IN":
        raise BadSeries("a number is unique in its financial year: put {fy} into it", param=param)
