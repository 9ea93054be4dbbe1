"""One currency in another by rates to rupees. By hand: 98.4512 / 84.125 is 1.1702965…"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from khata.core.tax.cross_border import cross_border_of
from khata.core.tax.cross_rates import RateBook
from khata.core.tax.parties import CrossBorder
from khata.core.tax.rupees import ExchangeRate

DAY = date(2026, 11, 20)


def rate(currency: str, rupees: str, *, back: int = 0, source: str = "ECB") -> ExchangeRate:
    return ExchangeRate(currency, DAY - timedelta(days=back), Decimal(rupees), source)


EUR, USD, JPY = rate("EUR", "98.4512"), rate("USD", "84.1250"), rate("JPY", "0.54")


@pytest.mark.parametrize(
    ("rates", "unit", "of", "expected"),
    [
        ([EUR], "EUR", "INR", "98.4512"),
        ([EUR, USD], "EUR", "USD", "1.17029658"),
        ([EUR, USD], "USD", "EUR", "0.85448425"),  # 84.125 / 98.4512 = 0.854484251…
        ([EUR, JPY], "EUR", "JPY", "182.31703704"),  # 98.4512 / 0.54 = 182.317037037…
        ([rate("EUR", "97", back=7)], "EUR", "INR", "97"),
        ([rate("EUR", "97", back=8)], "EUR", "INR", None),
        ([rate("EUR", "97", back=-1)], "EUR", "INR", None),  # of tomorrow
        ([rate("EUR", "97", back=2), EUR], "EUR", "INR", "98.4512"),
        ([USD], "EUR", "USD", None),
        ([], "EUR", "INR", None),
        # never of two days, nor of two sources: the day before has both
        ([EUR, rate("EUR", "98", back=1), rate("USD", "84", back=1)], "EUR", "USD", "1.16666667"),
        ([EUR, rate("USD", "84.125", source="RBI")], "EUR", "USD", None),
    ],
)
def test_the_latest_rate_of_a_week(
    rates: list[ExchangeRate], unit: str, of: str, expected: str | None
) -> None:
    found = RateBook(rates).cross(unit, of, on=DAY)
    assert (None if found is None else f"{found.rate:f}") == expected


@pytest.mark.parametrize(
    ("unit", "of", "amount", "expected"),
    [
        ("EUR", "INR", 1_900_00, 19_30),  # 1,900.00 / 98.4512 = 19.29890
        ("EUR", "USD", 19_00, 16_24),  # 19.00 / 1.17029658 = 16.23520
        ("EUR", "JPY", 1_000, 5_48),  # 1,000 / 182.31703704 = 5.48495: yen have no decimals
        ("JPY", "EUR", 5_48, 999),  # 5.48 × 182.317037 = 999.097
        ("EUR", "INR", 0, 0),
    ],
)
def test_an_amount_is_converted_half_up(unit: str, of: str, amount: int, expected: int) -> None:
    found = RateBook([EUR, USD, JPY]).cross(unit, of, on=DAY)
    assert found is not None
    assert found.converted(amount) == expected


def test_each_day_of_another_currency_counts_at_its_own_rate() -> None:
    """Directive 2006/112/EC article 59c: 100.00 dollars are 85.45 euros, then 85.71."""
    before = [rate("EUR", "98", back=60), rate("USD", "84", back=60)]
    sold = [
        (2026, "EUR", None, 1_000_00),
        (2025, "EUR", None, 500_00),
        (2026, "USD", DAY, 100_00),  # / 1.17029658 = 85.4484
        (2026, "USD", DAY - timedelta(days=60), 100_00),  # / 1.16666667 = 85.7143
    ]
    rates = [EUR, USD, *before]
    assert cross_border_of(sold, rates, on=DAY) == CrossBorder(1_171_16, 500_00)


def test_what_no_rate_counts_is_named() -> None:
    sold = [(2026, "GBP", DAY, 1_00), (2025, "CHF", DAY, 1_00), (2026, "EUR", None, 7)]
    assert cross_border_of(sold, [EUR, USD], on=DAY) == CrossBorder(7, 0, ("CHF", "GBP"))
