"""An explanation: an amount and what it was made of, and the facts that are explained."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from khata.core.periods import Period
from khata.core.tax.gst import TaxRow

Rounding = Literal["half_up", "largest_remainder", "none"]


@dataclass(frozen=True, slots=True)
class Why:
    """One amount in minor units, and how it came to be.

    `inputs` and `rule` give `exact`, which `rounding` turns into `amount`; `fraction` is the
    share that was taken, where one was. `text` says the same in words.
    """

    amount: int
    rule: str
    inputs: Mapping[str, Any]
    exact: Fraction
    rounding: Rounding
    source: str
    text: str
    fraction: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class CutFacts:
    """What one coupon took off a line; `before` is what those before it had left."""

    name: str
    percent: str | None
    off_price: int
    amount: int  # before tax
    before: int
    whole: int  # what the coupon took of all lines
    of_all: int  # what was left of all lines that it took something of


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line as it is stored, or as a preview decided it."""

    description: str
    kind: str
    quantity: int
    unit_amount: int
    priced: int | None  # None: of a line older than this column
    discount: int
    amount: int
    inclusive: bool
    period: Period
    full: Period
    basis: Mapping[str, Any] | None
    taxes: tuple[TaxRow, ...]
    cuts: tuple[CutFacts, ...] = ()

    @property
    def price(self) -> int:
        """Return what was asked before discounts, with its tax where that is inside."""
        return self.amount + self.discount if self.priced is None else self.priced


@dataclass(frozen=True, slots=True)
class LineWhy:
    """Why a line costs what it does, and each thing that was taken off it or put on it."""

    price: Why
    net: Why
    discounts: tuple[Why, ...]
    taxes: tuple[Why, ...]

    @property
    def texts(self) -> list[str]:
        """Return all of it as a customer reads it, a sentence for each step."""
        parts = [self.price.text, *(why.text for why in self.discounts)]
        if self.net.rule != "as_priced":
            parts.append(self.net.text)
        return parts

    @property
    def text(self) -> str:
        return " ".join(self.texts)


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """A line of a credit note as it is stored."""

    description: str
    amount: int
    period: Period
    basis: Mapping[str, Any] | None
    taxes: tuple[TaxRow, ...]
