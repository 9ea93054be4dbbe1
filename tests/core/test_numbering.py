"""Numbers of documents: financial years, patterns, and what the law lets stand on paper."""

from datetime import date

import pytest

from khata.core.numbering import BadSeries, SeriesFull, check_pattern, financial_year, render


@pytest.mark.parametrize(
    ("day", "country", "year"),
    [
        ("2025-03-31", "IN", "24-25"),
        ("2025-04-01", "IN", "25-26"),
        ("2099-12-31", "IN", "99-00"),
        ("2025-03-31", "US", "2025"),
    ],
)
def test_financial_years(day: str, country: str, year: str) -> None:
    assert financial_year(date.fromisoformat(day), country) == year


@pytest.mark.parametrize(
    ("pattern", "n", "number"),
    [
        ("INV/{fy}/{n:05}", 1, "INV/24-25/00001"),
        ("INV/{fy}/{n:05}", 123_456, "INV/24-25/123456"),
        ("{fy}-{n}", 7, "24-25-7"),
        ("A{n:010}{fy}", 7, "A000000000724-25"),
    ],
)
def test_numbers(pattern: str, n: int, number: str) -> None:
    assert render(pattern, year="24-25", n=n) == number


def test_a_number_of_more_than_sixteen_characters_is_refused() -> None:
    assert len(render("INV/{fy}/{n:05}", year="24-25", n=999_999)) == 16
    with pytest.raises(SeriesFull, match="INV/24-25/1000000 has 17"):
        render("INV/{fy}/{n:05}", year="24-25", n=1_000_000)


@pytest.mark.parametrize("pattern", ["INV/{fy}/{n:05}", "{fy}/{n}", "A-{fy}-{n:06}"])
def test_lawful_patterns(pattern: str) -> None:
    check_pattern(pattern, country="IN", param="series")


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "INV/{fy}",  # nothing counts
        "INV/{n}/{n}",
        "INVOICE/{fy}/{n:05}",  # seventeen characters
        "inv/{fy}/{n}",
        "INV {fy}/{n}",
        "-{fy}/{n}",
        "{n:05}/{fy}",  # a nought in front
        "/{fy}/{n}",
        "INV/{n:05}",  # not unique in a financial year
        "INV/{fy}/{n}₹",
        "INV/{fy}/{m}{n}",
        "{n:99}/{fy}",
        "INV" * 20 + "{n}",
    ],
)
def test_unlawful_patterns(pattern: str) -> None:
    with pytest.raises(BadSeries) as refused:
        check_pattern(pattern, country="IN", param="series.invoice")
    assert refused.value.param == "series.invoice"


def test_outside_india_a_number_needs_no_year() -> None:
    check_pattern("INV-{n:06}", country="US", param="series")
