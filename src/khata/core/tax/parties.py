"""The two sides of a supply, as far as tax asks about them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from khata.core.tax.exemptions import Exemption


class Scheme(StrEnum):
    """Under which scheme of GST one is registered; without a GSTIN it says nothing."""

    REGULAR = "regular"
    COMPOSITION = "composition"  # pays from its own pocket, collects nothing: CGST Act s.10
    SEZ = "sez"  # a unit or developer of a special economic zone: IGST Act s.7(5)(b)
    OIDAR = "oidar"  # sells online services from abroad: IGST Act s.14


class ExportRoute(StrEnum):
    """How zero-rated supplies are made. Source: IGST Act s.16(3); CGST rule 96A."""

    LUT_IF_VALID = "lut_if_valid"  # without tax where a letter holds, else with
    LUT_REQUIRED = "lut_required"  # nothing is supplied without a letter that holds
    WITH_PAYMENT = "with_payment"  # IGST is paid and claimed back, whatever letters there are


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
    scheme: Scheme = Scheme.REGULAR
    export_route: ExportRoute = ExportRoute.LUT_IF_VALID

    def lut_on(self, day: date) -> Lut | None:
        """Return the letter that holds on the day an invoice is issued, or None."""
        return next((lut for lut in self.luts if lut.holds(day)), None)


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer: the address on record, the tax number, and what it is to the law.

    `related`: abroad, it is merely an establishment of the seller, so nothing is exported to it.
    """

    country: str
    state: str | None
    gstin: str | None = None
    sez: bool = False
    has_address: bool = True
    related: bool = False
    deemed_export: bool = False
    exemptions: tuple[Exemption, ...] = ()
