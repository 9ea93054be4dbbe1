"""What is sold: products, plans, prices, and an item of a subscription that uses them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.periods import Interval
from khata.core.refusal import Kind, Refusal


class PriceModel(StrEnum):
    FLAT = "flat"
    PER_UNIT = "per_unit"


class TaxBehavior(StrEnum):
    EXCLUSIVE = "exclusive"  # tax is added
    INCLUSIVE = "inclusive"  # tax is inside


@dataclass(frozen=True, slots=True)
class Item:
    """One plan at one price in one quantity. `unit_amount` is in minor units."""

    id: UUID
    position: int
    plan_id: UUID
    price_id: UUID
    plan_name: str
    tax_code: str
    model: PriceModel
    unit_amount: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Product:
    """The thing sold. `tax_code` is its HSN or SAC."""

    id: UUID
    name: str
    tax_code: str
    description: str | None
    metadata: Mapping[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Price:
    """What a plan costs in one currency. Never changed: a change is the next version."""

    id: UUID
    plan_id: UUID
    currency: str
    model: PriceModel
    amount: int  # minor units, of the whole (flat) or of each unit
    version: int
    created_at: datetime


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
