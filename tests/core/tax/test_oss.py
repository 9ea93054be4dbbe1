"""The one-stop shop's return: quarters, euros, and corrections; every figure by hand."""

from datetime import date
from fractions import Fraction

import pytest

from khata.core.money import UnknownCurrency
from khata.core.tax.oss import (
    BadEuroRate,
    BadQuarter,
    EuroRateMissing,
    OssAmount,
    OssCorrection,
    OssLine,
    Quarter,
    oss_return,
    read_rates,
)

Q3, Q4 = Quarter(2026, 3), Quarter(2026, 4)
INR = {(Q4, "INR"): Fraction("98.4512"), (Q3, "INR"): Fraction("97.1")}


def sold(
    country: str,
    rate: str,
    taxable: int,
    tax: int,
    *,
    currency: str = "EUR",
    corrects: Quarter | None = None,
    quarter: Quarter = Q4,
) -> OssAmount:
    return OssAmount(quarter, country, rate, currency, taxable, tax, corrects)


@pytest.mark.parametrize(
    ("text", "start", "after", "due_on"),
    [
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1), date(2026, 4, 30)),
        ("2026-Q2", date(2026, 4, 1), date(2026, 7, 1), date(2026, 7, 31)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1), date(2026, 10, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), date(2027, 1, 31)),
    ],
)
def test_a_quarter_and_the_end_of_the_month_after(
    text: str, start: date, after: date, due_on: date
) -> None:
    """Directive 2006/112/EC, articles 364 and 369f."""
    quarter = Quarter.read(text, param="period")
    assert (quarter.start, quarter.after, quarter.due_on) == (start, after, due_on)
    assert str(quarter) == text
    assert Quarter.of(start) == quarter != Quarter.of(after)


@pytest.mark.parametrize("text", ["2026", "2026-Q5", "2026-Q0", "26-Q1", "2026-q1", "1999-Q1"])
def test_what_is_no_quarter(text: str) -> None:
    with pytest.raises(BadQuarter):
        Quarter.read(text, param="period")


@pytest.mark.parametrize(
    ("amounts", "lines", "corrections", "tax", "law"),
    [
        ([], (), (), 0, "art. 364"),
        (
            [sold("DE", "19", 10000, 1900), sold("DE", "19", 5000, 950)],
            (OssLine("DE", "19", 15000, 2850),),
            (),
            2850,
            "art. 365",
        ),
        (  # by country, and by rate within it, the lower first
            [sold("FI", "25.5", 100, 26), sold("DE", "19", 100, 19), sold("FI", "24", 100, 24)],
            (
                OssLine("DE", "19", 100, 19),
                OssLine("FI", "24", 100, 24),
                OssLine("FI", "25.5", 100, 26),
            ),
            (),
            69,
            "art. 365",
        ),
        (  # a credit of the quarter's own invoice is taken off
            [sold("DE", "19", 10000, 1900), sold("DE", "19", 4000, 760, corrects=Q4)],
            (OssLine("DE", "19", 6000, 1140),),
            (),
            1140,
            "art. 90",
        ),
        (  # one of an earlier quarter's corrects it, and never this one's lines
            [sold("DE", "19", 10000, 1900), sold("DE", "19", 4000, 760, corrects=Q3)],
            (OssLine("DE", "19", 10000, 1900),),
            (OssCorrection(Q3, "DE", -760),),
            1140,
            "Regulation 282/2011 art. 61",
        ),
        (  # rupees: 1,00,000.00 at 98.4512 is 1,015.7316 → 1,015.73; 19,000.00 is 192.989 → 192.99
            [sold("DE", "19", 10_000_000, 1_900_000, currency="INR")],
            (OssLine("DE", "19", 101573, 19299),),
            (),
            19299,
            "art. 366(1)",
        ),
        (  # a correction at the rate of the quarter that it corrects: 19,000.00 / 97.1 = 195.6746
            [sold("DE", "19", 10_000_000, 1_900_000, currency="INR", corrects=Q3)],
            (),
            (OssCorrection(Q3, "DE", -19567),),
            -19567,
            "art. 366",
        ),
        (  # another quarter's amounts are no part of it
            [sold("DE", "19", 100, 19, quarter=Q3)],
            (),
            (),
            0,
            "art. 364",
        ),
    ],
)
def test_a_return(
    amounts: list[OssAmount],
    lines: tuple[OssLine, ...],
    corrections: tuple[OssCorrection, ...],
    tax: int,
    law: str,
) -> None:
    found = oss_return(Q4, amounts, INR)
    assert (found.lines, found.corrections, found.tax) == (lines, corrections, tax), law


def test_a_currency_without_decimals_is_told_apart() -> None:
    # 10,000 yen at 160.5 are 62.3053 euros
    yen = [sold("DE", "19", 10_000, 1_900, currency="JPY")]
    found = oss_return(Q4, yen, {(Q4, "JPY"): Fraction("160.5")})
    assert found.lines == (OssLine("DE", "19", 6231, 1184),)


def test_a_rate_that_was_not_given_is_asked_for_by_name() -> None:
    with pytest.raises(EuroRateMissing, match="INR@2026-Q3"):
        oss_return(
            Q4, [sold("DE", "19", 1, 1, currency="INR", corrects=Q3)], {(Q4, "INR"): Fraction(98)}
        )


def test_rates_are_read_as_the_central_bank_publishes_them() -> None:
    assert read_rates(["INR:98.4512", "INR@2026-Q3:97.1"], quarter=Q4, param="rates") == INR


@pytest.mark.parametrize(
    "text", ["INR", "INR:", "INR:0", "INR:-1", "INR:NaN", "INR:x", "INR:1e999999999"]
)
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(BadEuroRate):
        read_rates([text], quarter=Q4, param="rates")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        read_rates(["QQQ:1"], quarter=Q4, param="rates")
