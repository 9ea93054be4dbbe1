"""Amounts for reading: grouping and words, by hand and against a second opinion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from khata.core.money import UnknownCurrency
from khata.core.words import grouped, in_words


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "INR", "₹0.00"),
        (5, "INR", "₹0.05"),
        (99_999, "INR", "₹999.99"),
        (100_000, "INR", "₹1,000.00"),
        (9_999_999, "INR", "₹99,999.99"),
        (10_000_000, "INR", "₹1,00,000.00"),
        (1_234_567_850, "INR", "₹1,23,45,678.50"),
        (-1_234_567_850, "INR", "-₹1,23,45,678.50"),
        (10**13, "INR", "₹1,00,00,00,00,000.00"),
        (123_450, "USD", "$1,234.50"),
        (-50, "USD", "-$0.50"),
        (123_456_789, "EUR", "€1,234,567.89"),
        (1_234_567, "JPY", "¥1,234,567"),
        (1_234_567, "KWD", "KWD\u00a01,234.567"),
    ],
)
def test_grouped(amount: int, currency: str, text: str) -> None:
    assert grouped(amount, currency) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (118_000, "INR", "Rupees One Thousand One Hundred Eighty Only"),
        (118_050, "INR", "Rupees One Thousand One Hundred Eighty and Fifty Paise Only"),
        (1, "INR", "One Paisa Only"),
        (0, "INR", "Rupees Zero Only"),
        (-10_000, "INR", "Minus Rupees One Hundred Only"),
        (2_100, "INR", "Rupees Twenty-One Only"),
        (10_000_000, "INR", "Rupees One Lakh Only"),
        (
            1_234_567_800,
            "INR",
            "Rupees One Crore Twenty-Three Lakh Forty-Five Thousand Six Hundred Seventy-Eight Only",
        ),
        (10**14, "INR", "Rupees One Lakh Crore Only"),
        (100_000_001, "USD", "US Dollars One Million and One Cent Only"),
        (250, "GBP", "Pounds Sterling Two and Fifty Pence Only"),
        (1_500, "JPY", "Yen One Thousand Five Hundred Only"),
        (1_050, "KWD", "Kuwaiti Dinars One and Fifty Fils Only"),
        (1_050, "SEK", "SEK Ten and 50/100 Only"),
    ],
)
def test_in_words(amount: int, currency: str, text: str) -> None:
    assert in_words(amount, currency) == text


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        grouped(1, "XYZ")


def _plain(words: str) -> str:
    return words.lower().replace(",", "").replace(" and ", " ").replace("-", " ")


@given(st.integers(1, 10**10 - 1))
def test_rupees_agree_with_a_second_opinion(rupees: int) -> None:
    ours = in_words(100 * rupees, "INR").removeprefix("Rupees ").removesuffix(" Only")
    assert _plain(ours) == _plain(num2words(rupees, lang="en_IN"))


@given(st.integers(1, 10**14))
def test_dollars_agree_with_a_second_opinion(dollars: int) -> None:
    ours = in_words(100 * dollars, "USD").removeprefix("US Dollars ").removesuffix(" Only")
    assert _plain(ours) == _plain(num2words(dollars, lang="en"))


@given(st.integers(-(10**15), 10**15), st.sampled_from(["INR", "USD", "JPY", "KWD"]))
def test_grouping_loses_no_digit(amount: int, currency: str) -> None:
    digits = "".join(c for c in grouped(amount, currency) if c.isdigit())
    assert int(digits) == abs(amount)
    assert grouped(amount, currency).startswith("-") == (amount < 0)
