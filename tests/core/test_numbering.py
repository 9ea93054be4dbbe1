"""Numbers of documents: financial years, patterns, and what the law lets stand on paper."""

from datetime import date

import pytest

from khata.core.numbering import (
    BadSeries,
    SeriesFull,
    check_pattern,
    counted_under,
    counting_year,
    financial_year,
    is_nth,
    render,
)
from khata.core.series_overlap import SeriesOverlap, check_apart


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


def test_padding_is_no_other_series_and_a_pattern_without_a_year_counts_on() -> None:
    assert counted_under("INV/{fy}/{n:05}") == counted_under("INV/{fy}/{n}") == "INV/{fy}/{n}"
    assert counting_year("INV/{fy:02}/{n:05}", year="24-25") == "24-25"
    assert counting_year("INV-{n:06}", year="2026") == ""


@pytest.mark.parametrize(
    ("pattern", "used", "country"),
    [
        ("INV/{fy}/1{n}", "INV/{fy}/{n}", "IN"),  # the first is the eleventh of the other
        ("INV/{fy}/{n:05}", "INV/{fy}/0{n}", "IN"),
        ("A{n}", "A{fy}{n}", "US"),
        ("A{fy}{n}", "A{n}{fy}", "US"),
        ("A1{n}", "A{n}1", "US"),
        ("A2026{n}", "A{fy}{n}", "US"),
    ],
)
def test_patterns_that_could_make_one_number_twice(pattern: str, used: str, country: str) -> None:
    with pytest.raises(SeriesOverlap) as refused:
        check_apart(pattern, ["X{n}", used], country=country, param="series.invoice")
    assert (refused.value.code, refused.value.param) == ("series_overlap", "series.invoice")
    assert used in refused.value.detail


@pytest.mark.parametrize(
    ("pattern", "used", "country"),
    [
        ("INV/{fy}/{n}", "INV/{fy}/{n}", "IN"),  # the same series
        ("INV/{fy}/{n:07}", "INV/{fy}/{n}", "IN"),
        ("INV-{fy}-{n}", "INV/{fy}/{n}", "IN"),
        ("{fy}/{n}", "{n}/{fy}", "IN"),  # a year has a hyphen
        ("B{fy}/{n}", "A{fy}/{n}", "IN"),
        ("A{n}B", "A{n}", "US"),
    ],
)
def test_patterns_whose_numbers_stay_apart(pattern: str, used: str, country: str) -> None:
    check_apart(pattern, [used], country=country, param="series.invoice")


@pytest.mark.parametrize(
    ("number", "series", "n", "is_it"),
    [
        ("INV/24-25/00007", "INV/{fy}/{n}", 7, True),
        ("INV/24-25/7", "INV/{fy}/{n}", 7, True),  # the padding may have changed since
        ("INV/24-25/00070", "INV/{fy}/{n}", 7, False),
        ("INV/24-25/000071", "INV/{fy}/{n}", 7, False),
        ("INV/25-26/00007", "INV/{fy}/{n}", 7, False),  # of another year
        ("INX/24-25/00007", "INV/{fy}/{n}", 7, False),
        ("7-24-25-A", "{n}-{fy}-A", 7, True),
    ],
)
def test_a_number_is_the_nth_of_its_series(number: str, series: str, n: int, is_it: bool) -> None:
    assert is_nth(number, series, year="24-25", n=n) is is_it
