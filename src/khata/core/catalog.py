"""What is sold: products, plans, prices, and an item of a subscription that uses them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from khata.core.periods import Interval
from khata.core.price_terms import PriceModel, PriceTerms
from khata.core.refusal import Kind, Refusal
from khata.core.tax.nature import TaxClass

__all__ = [
    "Item",
    "NoPriceInCurrency",
    "Plan",
    "PlanCodeTaken",
    "Price",
    "PriceCurrencyTwice",
    "PriceModel",
    "PriceTerms",
    "Product",
    "TaxBehavior",
    "check_currencies_once",
]


class TaxBehavior(StrEnum):
    EXCLUSIVE = "exclusive"  # tax is added
    INCLUSIVE = "inclusive"  # tax is inside


@dataclass(frozen=True, slots=True)
class Item:
    """One plan at one price in one quantity. `unit_amount` is in minor units.

    `terms` are the price's where model and unit amount do not tell all; items share them.
    """

    id: UUID
    position: int
    plan_id: UUID
    price_id: UUID
    plan_name: str
    tax_code: str
    model: PriceModel
    unit_amount: int
    quantity: int
    terms: PriceTerms | None = None
    tax_class: TaxClass = TaxClass.STANDARD

    @property
    def by_usage(self) -> bool:
        """Whether usage is charged, after the period, and not the quantity, before it."""
        return self.terms is not None and self.terms.meter_id is not None


@dataclass(frozen=True, slots=True)
class Product:
    """The thing sold. `tax_code` is its HSN or SAC."""

    id: UUID
    name: str
    tax_code: str
    description: str | None
    metadata: Mapping[str, str]
    created_at: datetime
    tax_class: TaxClass = TaxClass.STANDARD


@dataclass(frozen=True, slots=True)
class Price:
    """What a plan costs in one currency. Never changed: a change is the next version.

    `terms` stand where model and amount do not tell all. A price of a customer's own holds for
    that customer alone, on the days from `valid_from` until before `valid_until`.
    """

    id: UUID
    plan_id: UUID
    currency: str
    model: PriceModel
    amount: int  # minor units, of the whole (flat) or of each unit
    version: int
    created_at: datetime
    terms: PriceTerms | None = None
    customer_id: UUID | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def full_terms(self) -> PriceTerms:
        """Return the terms, spelled out where model and amount tell all."""
        return self.terms or PriceTerms(self.model, Decimal(self.amount))


@dataclass(frozen=True, slots=True)
class Plan:
    """A named offer of a product, with the prices it has now: the last version in each currency."""

    id: UUID
    product_id: UUID
    name: str
    code: str
    interval: Interval
    trial_days: int
    tax_behavior: TaxBehavior
    prices: tuple[Price, ...]
    metadata: Mapping[str, str]
    created_at: datetime
    dunning_policy_id: UUID | None = None  # None: the tenant's own policies

    def price_in(self, currency: str, *, param: str | None = None) -> Price:
        """Return the price a new subscription gets. Raises: NoPriceInCurrency."""
        for price in self.prices:
            if price.currency == currency:
                return price
        raise NoPriceInCurrency(
            f"The plan {self.code} has no price in {currency}; it has "
            + (", ".join(price.currency for price in self.prices) or "none"),
            param=param,
        )


class NoPriceInCurrency(Refusal):
    """The plan has no price in the customer's currency, and amounts are never converted."""


class PlanCodeTaken(Refusal):
    """Another plan of this tenant has the code."""

    kind = Kind.CONFLICT


class PriceCurrencyTwice(Refusal):
    """A plan has one price in a currency."""


def check_currencies_once(currencies: Sequence[str]) -> None:
    """Refuse a second price in one currency. Raises: PriceCurrencyTwice."""
    for position, currency in enumerate(currencies):
        if currency in currencies[:position]:
            raise PriceCurrencyTwice(
                f"There are two prices in {currency}; a plan has one in each currency",
                param=f"prices.{position}.currency",
            )
