"""How explanations spell things: days, numbers, and amounts finer than a minor unit."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from khata.core.money import exponent
from khata.core.periods import Period
from khata.core.words import grouped


def days_named(period: Period) -> str:
    """Spell the days of a period, the last one included: from 10 June to 30 June 2026."""
    first, last = period.start, period.end - timedelta(days=1)
    if last <= first:
        return f"on {_day(first)} {first.year}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"from {_day(first)}{year} to {_day(last)} {last.year}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def named(description: str, basis: Mapping[str, Any] | None) -> str:
    """Return a line's description without the share that is told beside it."""
    if basis and basis.get("unit"):
        share = f" ({basis['part']} of {basis['whole']} {basis['unit']})"
        return description.removesuffix(share)
    return description


def number(value: Any) -> str:
    """Spell a number with commas, and no more decimals than it has: 1,209,600, or 0.25."""
    exact = Fraction(value)
    if exact.denominator == 1:
        return f"{exact.numerator:,}"
    return f"{_decimal(exact):,f}"


def exact_money(amount: Fraction, currency: str) -> str:
    """Spell minor units that may be parts of one: 50.5 paise are ₹0.505."""
    if amount.denominator == 1:
        return grouped(amount.numerator, currency)
    sign = grouped(0, currency).partition("0")[0]
    places = exponent(currency)
    return f"{'-' if amount < 0 else ''}{sign}{_decimal(abs(amount) / 10**places):,f}"


def rounded(exact: Fraction) -> str:
    """Say that an amount was rounded, where it was."""
    return "" if exact.denominator == 1 else " (rounded half up)"


def _decimal(exact: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 40
        return (Decimal(exact.numerator) / Decimal(exact.denominator)).normalize()
