"""Values in rupees: rule 34(2), by hand."""

from datetime import date
from decimal import Decimal

import pytest

from khata.core.tax.rupees import (
    BadExchangeRate,
    ExchangeRate,
    check_rate,
    exchange_of,
    rate_for,
)
from khata.core.tax.tenant_facts import NO_FACTS, TenantFacts

ON = date(2026, 11, 20)


def quoted(currency: str, rate: str, on: date = ON) -> ExchangeRate:
    return ExchangeRate(currency, on, Decimal(rate), "Reserve Bank of India, reference rate")


@pytest.mark.parametrize(
    ("currency", "rate", "amount", "paise"),
    [
        ("USD", "84.1250", 9999, 841166),  # 99.99 × 84.125 = 8,411.65875
        ("USD", "84", 1, 84),
        ("USD", "84.5", 1, 85),  # 84.5 paise, half up
        ("EUR", "91.2345", 100000, 9123450),
        ("JPY", "0.5612", 1000, 56120),  # a yen has no parts: 561.20 rupees
        ("KWD", "273.4", 1500, 41010),  # a dinar has a thousand: 1.5 × 273.4 = 410.10
        ("USD", "84.1250", 0, 0),
    ],
)
def test_values_by_hand(currency: str, rate: str, amount: int, paise: int) -> None:
    assert quoted(currency, rate).rupees(amount) == paise


RATES = (quoted("USD", "84", date(2026, 11, 13)), quoted("USD", "85"), quoted("EUR", "91"))


@pytest.mark.parametrize(
    ("currency", "on", "rate"),
    [
        ("USD", date(2026, 11, 20), "85"),
        ("USD", date(2026, 11, 19), "84"),  # the later one is not published yet
        ("USD", date(2026, 11, 27), "85"),  # a week old
        ("USD", date(2026, 11, 28), None),  # older
        ("USD", date(2026, 11, 12), None),
        ("EUR", date(2026, 11, 21), "91"),
        ("GBP", date(2026, 11, 21), None),
    ],
)
def test_the_rate_of_a_day(currency: str, on: date, rate: str | None) -> None:
    found = rate_for(RATES, currency, on=on)
    assert (None if found is None else f"{found.rate}") == rate


def test_rupees_need_no_rate() -> None:
    facts = TenantFacts(exchange=RATES)
    assert facts.exchange_rate("INR", ON) is None
    assert facts.exchange_rate("USD", ON) == RATES[1]
    assert NO_FACTS.exchange_rate("USD", ON) is None


@pytest.mark.parametrize(
    "rate",
    [
        quoted("INR", "1"),
        quoted("USD", "0"),
        quoted("USD", "-1"),
        quoted("USD", "1000000"),
        quoted("USD", "84.123456789"),
        ExchangeRate("USD", ON, Decimal("84"), " "),
    ],
)
def test_a_rate_that_values_nothing(rate: ExchangeRate) -> None:
    with pytest.raises(BadExchangeRate):
        check_rate(rate)


def test_what_an_invoice_keeps_is_read_whole_or_not_at_all() -> None:
    assert exchange_of("USD", None, None, None) is None
    assert exchange_of("USD", Decimal("85"), ON, RATES[1].source) == RATES[1]
