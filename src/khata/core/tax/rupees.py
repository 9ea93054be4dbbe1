"""The value in rupees of an invoice in another currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from khata.core.currencies import EXPONENTS
from khata.core.money import half_up
from khata.core.refusal import Kind, Refusal

OLDEST_DAYS = 7  # since 1 July 2017, as rule 34 names no age: a tenant may choose another


class ExchangeRateOfAnotherDay(Refusal):
    """The rate is of after the supply, or older before it than the tenant lets a rate be."""


class BadExchangeRate(Refusal):
    """A rate of exchange is rupees for one unit of another currency, and above 0."""


class ExchangeRateKept(Refusal):
    """The invoice has a rate of exchange, or needs none: it is never changed."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """Rupees for one unit of a currency, as published for a day by the source."""

    currency: str
    on: date
    rate: Decimal
    source: str

    def rupees(self, amount: int) -> int:
        """Return the value of an amount in minor units of the currency.

        Units: paise. Rounds: half up.
        """
        per_minor = Fraction(self.rate) * 100 / 10 ** EXPONENTS[self.currency]
        return half_up(amount * per_minor.numerator, per_minor.denominator)


def rate_for(
    rates: Iterable[ExchangeRate], currency: str, *, on: date, oldest_days: int = OLDEST_DAYS
) -> ExchangeRate | None:
    """Return the latest rate of a currency on or before a day, at most so many days old; or None.

    Source: CGST Rules, rule 34(2): for services the rate that accounting takes, on the day of
    the time of supply. The days bridge those without a published rate.
    """
    first = on - timedelta(days=oldest_days)
    usable = [one for one in rates if one.currency == currency and first <= one.on <= on]
    return max(usable, key=lambda one: one.on, default=None)


def check_rate(rate: ExchangeRate) -> None:
    """Refuse a rate that could value nothing. Raises: BadExchangeRate."""
    if rate.currency == "INR":
        raise BadExchangeRate("A rupee is a rupee", param="currency")
    if not 0 < rate.rate < 1_000_000 or -rate.rate.as_tuple().exponent > 8:  # type: ignore[operator]
        raise BadExchangeRate("A rate is above 0, with at most eight decimals", param="rate")
    if not rate.source.strip():
        raise BadExchangeRate("Say who published the rate", param="source")


def check_day(rate: ExchangeRate, *, supplied_on: date, oldest_days: int) -> None:
    """Refuse a rate that is not of the day of supply, nor of the days that bridge to it.

    Raises: ExchangeRateOfAnotherDay. Source: CGST Rules, rule 34(2).
    """
    first = supplied_on - timedelta(days=oldest_days)
    if not first <= rate.on <= supplied_on:
        raise ExchangeRateOfAnotherDay(
            f"A rate of {rate.on} does not value a supply of {supplied_on}: the rate of that day "
            f"counts, or one of at most {oldest_days} days before (CGST rule 34(2))",
            param="on",
        )


def exchange_of(
    currency: str, rate: Decimal | None, on: date | None, source: str | None
) -> ExchangeRate | None:
    """Return what an invoice has kept in these three words, or None where it has none."""
    if rate is None or on is None or source is None:
        return None
    return ExchangeRate(currency, on, rate, source)
