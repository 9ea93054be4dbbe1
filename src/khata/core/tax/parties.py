"""The two sides of a supply, as far as tax asks about them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Lut:
    """A letter of undertaking: leave to export without paying integrated tax first.

    Source: CGST Rules, rule 96A; form GST RFD-11, one for each GSTIN and financial year.
    """

    number: str
    valid_from: date
    valid_to: date  # the last day it holds

    def holds(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_to


@dataclass(frozen=True, slots=True)
class Seller:
    """One registration of a tenant; without a GSTIN it charges no GST."""

    country: str  # ISO 3166-1 alpha-2
    state: str | None  # ISO 3166-2 without the country
    gstin: str | None = None
    luts: tuple[Lut, ...] = ()  # all it ever had, by their first day; no two hold on one day
    has_address: bool = True

    def lut_on(self, day: date) -> Lut | None:
        """Return the letter that holds on the day an invoice is issued, or None."""
        return next((lut for lut in self.luts if lut.holds(day)), None)


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer: the address on record, the tax number, and whether it is an SEZ unit."""

    country: str
    state: str | None
    gstin: str | None = None
    sez: bool = False
    has_address: bool = True
