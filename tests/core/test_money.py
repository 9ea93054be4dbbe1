"""Money: the one rounding, splits that add up, and how amounts are spelled."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.money import (
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    allocate,
    decimal_text,
    exponent,
    half_up,
    known_currency,
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (1, 2, 1),
        (-1, 2, -1),
        (3, 2, 2),
        (-3, 2, -2),
        (5, 4, 1),
        (-5, 4, -1),
        (7, 4, 2),
        (0, 9, 0),
        (10**30 + 1, 2, 5 * 10**29 + 1),
        (1, 3, 0),
        (2, 3, 1),
        (-2, 3, -1),
    ],
)
def test_a_half_goes_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert half_up(numerator, denominator) == expected


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**12))
def test_rounding_is_never_more_than_a_half_off_and_has_no_sign(n: int, d: int) -> None:
    rounded = half_up(n, d)
    assert abs(2 * (rounded * d - n)) <= d
    assert half_up(-n, d) == -rounded


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # the first wins the tie
        (-100, [1, 1, 1], [-34, -33, -33]),
        (10, [1, 2, 3], [2, 3, 5]),  # 1.67, 3.33, 5: the largest remainder is the first's
        (1, [3, 3, 4], [0, 0, 1]),
        (0, [5, 7], [0, 0]),
        (7, [0, 1], [0, 7]),
    ],
)
def test_allocation(total: int, weights: list[int], parts: list[int]) -> None:
    assert allocate(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [3, -1]])
def test_weights_that_split_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        allocate(10, weights)


@given(
    st.integers(-(10**13), 10**13),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any),
)
def test_what_is_allocated_adds_up_and_is_fair(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


def test_currencies_do_not_meet() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "INR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        Money(1, "INR") - Money(1, "USD")


def test_arithmetic() -> None:
    price = Money(118_000, "INR")
    assert price + price == price.times(2)
    assert price - price == Money(0, "INR")
    assert not price - price
    assert -price == Money(-118_000, "INR")
    assert price.share(Fraction(1, 3)) == Money(39_333, "INR")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (118_000, "INR", "1180.00"),
        (5, "INR", "0.05"),
        (-5, "USD", "-0.05"),
        (1_000, "JPY", "1000"),
        (-7, "JPY", "-7"),
        (1, "KWD", "0.001"),
        (-1_234_567, "BHD", "-1234.567"),
    ],
)
def test_amounts_are_spelled_with_their_decimals(amount: int, currency: str, text: str) -> None:
    assert decimal_text(amount, currency) == text


@pytest.mark.parametrize(("currency", "places"), [("INR", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0)])
def test_decimals_of_iso_4217(currency: str, places: int) -> None:
    assert exponent(currency) == places


@pytest.mark.parametrize("code", ["", "inr", "INRX", "XTS", "₹", "RS."])
def test_unknown_currencies_are_refused_with_their_field(code: str) -> None:
    with pytest.raises(UnknownCurrency) as refused:
        known_currency(code, param="prices.0.currency")
    assert refused.value.param == "prices.0.currency"
