"""Quotes: what a provider of sales tax has answered about exactly one basket, and no other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from json import dumps
from typing import Any, Final

from khata.core.refusal import Kind, Refusal
from khata.core.tax.gst import TaxRow
from khata.core.tax.levy import Levy, LevyTreatment, Rounding

# How long one waits for the provider: after each try that gave no answer, and then the last.
_WAITS: Final = (1, 2, 5, 15, 30, 60)  # minutes


class TaxProviderName(StrEnum):
    STRIPE_TAX = "stripe_tax"
    TAXJAR = "taxjar"

    @property
    def full_name(self) -> str:
        return {"stripe_tax": "Stripe Tax", "taxjar": "TaxJar"}[self.value]


class TaxQuoteNeeded(Refusal):
    """The tax is the provider's to say, and it has not been asked about exactly this sale."""

    kind = Kind.CONFLICT

    def __init__(self, basket: "Basket") -> None:
        super().__init__(
            f"Waiting for tax from {basket.provider.full_name}, which has not answered about "
            "exactly this sale yet"
        )
        self.basket = basket


class TaxInsidePrice(Refusal):
    """A provider puts tax on top of a price; one with its tax inside cannot be split before."""


@dataclass(frozen=True, slots=True)
class TaxProviderTerms:
    """Whom a tenant lets say sales tax, and the provider's own code of what it sells."""

    provider: TaxProviderName
    product_code: str


@dataclass(frozen=True, slots=True)
class BasketLine:
    """`amount` is in minor units, after discounts and before tax."""

    reference: str
    amount: int


@dataclass(frozen=True, slots=True)
class Basket:
    """All that a provider is told of a sale. `subject` is whose sale: no two share a quote.

    Where the seller is in the United States its own state and postal code are told, too: some
    states tax by where it is sold from.
    """

    provider: TaxProviderName
    subject: str
    seller_country: str
    country: str
    state: str | None
    postal_code: str | None
    business: bool
    exemption: str | None
    currency: str
    on: date
    product_code: str
    lines: tuple[BasketLine, ...]
    seller_state: str | None = None
    seller_postal_code: str | None = None

    def stored(self) -> dict[str, Any]:
        """Return it as it is kept, and as it is told by its key."""
        origin = {"seller_state": self.seller_state, "seller_postal_code": self.seller_postal_code}
        return {name: value for name, value in origin.items() if value} | {
            "provider": self.provider.value,
            "subject": self.subject,
            "seller_country": self.seller_country,
            "country": self.country,
            "state": self.state,
            "postal_code": self.postal_code,
            "business": self.business,
            "exemption": self.exemption,
            "currency": self.currency,
            "on": self.on.isoformat(),
            "product_code": self.product_code,
            "lines": [[line.reference, line.amount] for line in self.lines],
        }

    @property
    def key(self) -> str:
        """Return SHA-256 of what is asked: a basket that differs in anything has another."""
        return sha256(dumps(self.stored(), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class QuotedTax:
    """One jurisdiction's tax on a line. `rate` is percent; amounts are minor units."""

    name: str
    rate: str
    taxable: int
    amount: int


@dataclass(frozen=True, slots=True)
class Quote:
    """An answer: the taxes of each line in the basket's order, and the provider's reasons."""

    key: str
    reference: str
    lines: tuple[tuple[QuotedTax, ...], ...]
    reasons: tuple[str, ...]
    expires_at: datetime | None

    @property
    def tax(self) -> int:
        return sum(row.amount for rows in self.lines for row in rows)

    def holds(self, on: date) -> bool:
        """Say whether it lasts beyond a day."""
        return self.expires_at is None or self.expires_at.date() > on

    def stored(self) -> dict[str, Any]:
        return {
            "reasons": list(self.reasons),
            "lines": [
                [[row.name, row.rate, row.taxable, row.amount] for row in rows]
                for rows in self.lines
            ],
        }

    def rows(self, position: int) -> tuple[TaxRow, ...]:
        """Return the taxes of a line as an invoice has them."""
        return tuple(
            TaxRow(row.name, row.rate, row.taxable, row.amount) for row in self.lines[position]
        )


def basket_from(stored: Mapping[str, Any]) -> Basket:
    """Return the basket that was kept."""
    return Basket(
        **{
            **stored,
            "provider": TaxProviderName(stored["provider"]),
            "on": date.fromisoformat(stored["on"]),
            "lines": tuple(BasketLine(reference, amount) for reference, amount in stored["lines"]),
        }
    )


def quote_from(
    key: str, reference: str, stored: Mapping[str, Any], expires_at: datetime | None
) -> Quote:
    """Return the quote that was kept."""
    lines = tuple(tuple(QuotedTax(*row) for row in rows) for rows in stored["lines"])
    return Quote(key, reference, lines, tuple(stored["reasons"]), expires_at)


def quoted_levy(levy: Levy, basket: Basket, quote: Quote | None) -> Levy:
    """Return what is kept of the decision with an invoice; no quote: nothing was charged for."""
    title = basket.provider.full_name
    if quote is None:
        why = f"Nothing is charged, so {title} was not asked."
        return replace(levy, treatment=LevyTreatment.OUT_OF_SCOPE, reason=why, asks=None)
    told = "; ".join(quote.reasons)
    return replace(
        levy,
        treatment=LevyTreatment.TAXABLE if quote.tax else LevyTreatment.EXEMPT,
        law=f"{title}, calculation {quote.reference}" if quote.reference else title,
        reason=f"{title} has calculated it for {basket.on}" + (f": {told}." if told else "."),
        rounding=Rounding.LINE,
        asks=None,
        quote=quote.key,
        quoted=tuple(sorted({row.name for rows in quote.lines for row in rows})),
    )


def next_try_at(tries: int, at: datetime) -> datetime:
    """Return when a provider that gave no answer is asked again; `tries` counts those made."""
    return at + timedelta(minutes=_WAITS[min(tries, len(_WAITS)) - 1])


def found_quote(quotes: Sequence[Quote], basket: Basket) -> Quote | None:
    """Return the kept answer to exactly this basket, or None."""
    key = basket.key
    return next((one for one in quotes if one.key == key and one.holds(basket.on)), None)
