"""What one currency is in another, by the rates to rupees that a tenant keeps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from khata.core.money import exponent, half_up
from khata.core.tax.rupees import OLDEST_DAYS, ExchangeRate

_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class CrossRate:
    """Units of `of` for one unit of `unit`, as published for a day by the source."""

    unit: str
    of: str
    rate: Decimal
    on: date
    source: str

    def converted(self, amount: int) -> int:
        """Return an amount of `of` in `unit`. Units: minor units of each. Rounds: half up."""
        exact = Fraction(amount * 10 ** exponent(self.unit), 10 ** exponent(self.of))
        exact /= Fraction(self.rate)
        return half_up(exact.numerator, exact.denominator)


class RateBook:
    """Rates of exchange to rupees, by currency and day."""

    def __init__(self, rates: Iterable[ExchangeRate]) -> None:
        self._rates = {(one.currency, one.on): one for one in rates}

    def cross(
        self, unit: str, of: str, *, on: date, oldest_days: int = OLDEST_DAYS
    ) -> CrossRate | None:
        """Return the latest rate between two currencies on or before a day, at most so many old.

        Where neither is the rupee both rates are of one day and one source, or it would be a rate
        that nobody has published. Rounds: what is crossed half up to eight decimals.
        Source: Directive 2006/112/EC article 91(2): the latest rate; other currencies than the
        euro by the rate of each to one.
        """
        for back in range(oldest_days + 1):
            found = self._crossed(unit, of, on - timedelta(days=back))
            if found is not None:
                return found
        return None

    def _crossed(self, unit: str, of: str, day: date) -> CrossRate | None:
        over, under = self._rates.get((unit, day)), self._rates.get((of, day))
        if of == "INR" and over is not None:
            return CrossRate(unit, of, over.rate, day, over.source)
        if over is None or under is None or over.source != under.source:
            return None
        exact = Fraction(over.rate) / Fraction(under.rate) * 10**_DECIMALS
        rate = Decimal(half_up(exact.numerator, exact.denominator)).scaleb(-_DECIMALS)
        return CrossRate(unit, of, rate, day, over.source) if rate else None
