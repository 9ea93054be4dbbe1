"""Money: whole minor units of one currency, and the one rounding."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from khata.core.currencies import EXPONENTS
from khata.core.refusal import Refusal

LARGEST_AMOUNT = 10**13  # minor units of one line or price; a bound against slips, not a limit
LARGEST_QUANTITY = 10**9


class UnknownCurrency(Refusal):
    """The currency is not one of ISO 4217."""


class AmountTooLarge(Refusal):
    """An amount lies beyond what one line of an invoice may hold."""


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum: a mistake of ours, never of the caller's."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (paise, cents, yen) of `currency` (ISO 4217, upper case)."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def times(self, count: int) -> "Money":
        return Money(self.amount * count, self.currency)

    def share(self, fraction: Fraction) -> "Money":
        """Return this share of the money. Rounds: half up."""
        return Money(half_up(self.amount * fraction.numerator, fraction.denominator), self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add")


def half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator as a whole number, a half going away from zero.

    The one rounding of khata: every other module asks for it here. `denominator` is positive.
    """
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights`, by largest remainder; the parts add up exactly.

    Ties go to the first. Weights are not negative and not all zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights are not negative and not all zero")
    sign = -1 if total < 0 else 1
    parts = [abs(total) * weight // whole for weight in weights]
    remainders = [abs(total) * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -remainders[i])
    for position in by_remainder[: abs(total) - sum(parts)]:
        parts[position] += 1
    return [sign * part for part in parts]


def exponent(currency: str) -> int:
    """Return how many decimals the currency's minor unit stands for: INR 2, JPY 0, KWD 3.

    Raises: UnknownCurrency. Source: ISO 4217.
    """
    return EXPONENTS[known_currency(currency, param="currency")]


def known_currency(code: str, *, param: str) -> str:
    """Return `code`, or refuse it. Raises: UnknownCurrency. Source: ISO 4217."""
    if code not in EXPONENTS:
        raise UnknownCurrency(
            f"{code[:8]!r} is not a currency of ISO 4217; use three capitals such as INR",
            param=param,
        )
    return code


def decimal_text(amount: int, currency: str) -> str:
    """Spell minor units as a plain decimal: 118000 INR → "1180.00"."""
    places = exponent(currency)
    sign = "-" if amount < 0 else ""
    if places == 0:
        return f"{sign}{abs(amount)}"
    whole, part = divmod(abs(amount), 10**places)
    return f"{sign}{whole}.{part:0{places}}"
