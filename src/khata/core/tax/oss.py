"""The one-stop shop's return: what was sold to consumers, by country and rate, in euros."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from khata.core.money import exponent, half_up, known_currency
from khata.core.refusal import Refusal


class BadQuarter(Refusal):
    """The text does not name a quarter of a year."""


class BadEuroRate(Refusal):
    """The text does not say how much of a currency one euro is."""


class EuroRateMissing(Refusal):
    """An amount is in a currency whose rate on the last day of its quarter was not given."""


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter, which is the period of these returns. Source: article 364, 369f."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def read(cls, text: str, *, param: str) -> "Quarter":
        """Read `2026-Q4`. Raises: BadQuarter."""
        found = re.fullmatch(r"(20\d\d)-Q([1-4])", text)
        if found is None:
            raise BadQuarter(f"{text[:12]!r} is not a quarter, such as 2026-Q4", param=param)
        return cls(int(found[1]), int(found[2]))

    @property
    def start(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def after(self) -> date:
        """The first day of the next one."""
        return date(self.year + self.number // 4, 3 * self.number % 12 + 1, 1)

    @property
    def due_on(self) -> date:
        """The last day to file: the end of the following month. Source: article 364, 369f."""
        following = self.after
        last = 30 if following.month == 4 else 31  # January, April, July, October
        return following.replace(day=last)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


@dataclass(frozen=True, slots=True)
class OssAmount:
    """What one document, or one of its rates, brings into a return; minor units of `currency`.

    A credit note has `corrects`: the quarter of the invoice that it credits; its amounts are
    positive all the same. A debit note has it, too; its amounts are below zero.
    """

    quarter: Quarter
    country: str
    rate: str
    currency: str
    taxable: int
    tax: int
    corrects: Quarter | None = None


@dataclass(frozen=True, slots=True)
class OssLine:
    """What was sold to one country at one rate. Euro cents."""

    country: str
    rate: str
    taxable: int
    tax: int


@dataclass(frozen=True, slots=True)
class OssCorrection:
    """What an earlier quarter's tax of one country changes by. Euro cents, below zero for less."""

    quarter: Quarter
    country: str
    tax: int


@dataclass(frozen=True, slots=True)
class OssReturn:
    quarter: Quarter
    lines: tuple[OssLine, ...]
    corrections: tuple[OssCorrection, ...]

    @property
    def tax(self) -> int:
        """What is to be paid: the lines and the corrections together."""
        return sum(one.tax for one in self.lines) + sum(one.tax for one in self.corrections)


_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,10})?", re.ASCII)

# How much of a currency one euro is, as the ECB publishes it, on the last day of a quarter.
EuroRates = Mapping[tuple[Quarter, str], Fraction]


def oss_return(quarter: Quarter, amounts: Sequence[OssAmount], rates: EuroRates) -> OssReturn:
    """Return a quarter's figures; credits of the quarter's own invoices are taken off its lines.

    Credits of earlier quarters are corrections, at the rate of the quarter that they correct.
    Rounds: half up to the cent, once for each country, rate and currency.
    Raises: EuroRateMissing.
    Source: Directive 2006/112/EC articles 364 to 366, 369f to 369h; Regulation (EU) 282/2011
    article 61: corrections stand in a later return, within three years.
    """
    lines: dict[tuple[str, str, str], list[int]] = {}
    corrected: dict[tuple[Quarter, str, str], int] = {}
    for one in amounts:
        if one.quarter != quarter:
            continue
        sign = 1 if one.corrects is None else -1
        if one.corrects is not None and one.corrects != quarter:
            key = (one.corrects, one.country, one.currency)
            corrected[key] = corrected.get(key, 0) - one.tax
            continue
        sums = lines.setdefault((one.country, one.rate, one.currency), [0, 0])
        sums[0] += sign * one.taxable
        sums[1] += sign * one.tax
    return OssReturn(quarter, _lines(lines, quarter, rates), _corrections(corrected, rates))


def _lines(
    sums: Mapping[tuple[str, str, str], Sequence[int]], quarter: Quarter, rates: EuroRates
) -> tuple[OssLine, ...]:
    found: dict[tuple[str, str], list[int]] = {}
    for (country, rate, currency), (taxable, tax) in sums.items():
        both = found.setdefault((country, rate), [0, 0])
        both[0] += in_cents(taxable, currency, quarter, rates)
        both[1] += in_cents(tax, currency, quarter, rates)
    return tuple(
        OssLine(country, rate, *found[country, rate])
        for country, rate in sorted(found, key=lambda key: (key[0], Fraction(key[1])))
    )


def _corrections(
    sums: Mapping[tuple[Quarter, str, str], int], rates: EuroRates
) -> tuple[OssCorrection, ...]:
    found: dict[tuple[Quarter, str], int] = {}
    for (quarter, country, currency), tax in sums.items():
        cents = in_cents(tax, currency, quarter, rates)
        found[quarter, country] = found.get((quarter, country), 0) + cents
    return tuple(OssCorrection(*key, found[key]) for key in sorted(found))


def in_cents(amount: int, currency: str, quarter: Quarter, rates: EuroRates) -> int:
    """Return minor units of a currency as euro cents. Rounds: half up. Raises: EuroRateMissing."""
    if currency == "EUR":
        return amount
    rate = rates.get((quarter, currency))
    if rate is None:
        raise EuroRateMissing(
            f"There are amounts in {currency}: give the rate that the European Central Bank "
            f"published for the last day of {quarter}, such as {currency}@{quarter}:98.4512",
            param="rates",
        )
    exact = Fraction(amount * 100, 10 ** exponent(currency)) / rate
    return half_up(exact.numerator, exact.denominator)


def read_rates(texts: Sequence[str], *, quarter: Quarter, param: str) -> dict[
    tuple[Quarter, str], Fraction
]:  # fmt: skip
    """Read `INR:98.4512`, of the last day of the quarter, or `INR@2026-Q3:97.1` of another's.

    Raises: BadEuroRate, UnknownCurrency, BadQuarter.
    """
    rates: dict[tuple[Quarter, str], Fraction] = {}
    for text in texts:
        name, _, rate = text.partition(":")
        currency, _, of = name.partition("@")
        units = Fraction(rate) if _RATE.fullmatch(rate) else Fraction(0)
        if units == 0:
            raise BadEuroRate(
                f"{text[:40]!r} does not say what one euro is, such as INR:98.4512", param=param
            )
        own = Quarter.read(of, param=param) if of else quarter
        rates[own, known_currency(currency, param=param)] = units
    return rates
