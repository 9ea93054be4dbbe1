"""The wish for a provider of sales tax: it is asked about a sale, and told of one that was made."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from khata.core.tax.quotes import Basket, Quote


class ProviderAway(Exception):
    """No answer, or none that can be read: the same is asked again later."""


class ProviderRefused(Exception):
    """The provider has said no to what was asked; asking the same again brings the same."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class MadeSale:
    """A sale that an invoice was issued for: `invoice` is that one's public id."""

    invoice: str
    basket: Basket
    quote: Quote


@dataclass(frozen=True, slots=True)
class Reversal:
    """What a credit note takes back of a sale: `note` and `invoice` are public ids.

    `recorded_as` is the provider's id of the sale; `net` is before tax, in minor units.
    """

    note: str
    invoice: str
    recorded_as: str
    basket: Basket
    net: int
    tax: int
    on: date


class TaxProvider(Protocol):
    """One tenant's account at a provider. Raises: ProviderAway, ProviderRefused."""

    def quote(self, basket: Basket) -> Quote:
        """Ask for the tax of a sale. Nothing is recorded there by it."""
        ...

    def record(self, sale: MadeSale) -> str:
        """Tell of a sale, and return the provider's id of it; told twice, it is there once."""
        ...

    def reverse(self, reversal: Reversal) -> str:
        """Tell of a credit note, and return the provider's id of it; twice, it is there once."""
        ...
