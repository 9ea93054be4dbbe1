"""The two sides of a supply, as far as tax asks about them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from khata.core.tax.confirmations import Confirmation
from khata.core.tax.exemptions import Exemption
from khata.core.tax.location import Evidence


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


class VatScheme(StrEnum):
    """Under what a seller accounts for VAT. Source: Directive 2006/112/EC, title XII chapter 6."""

    LOCAL = "local"  # registered in the state itself
    UNION_OSS = "union_oss"  # article 369a: of a seller in the Union, for consumers elsewhere in it
    NON_UNION_OSS = "non_union_oss"  # article 358a: of a seller outside it, for its consumers


@dataclass(frozen=True, slots=True)
class VatRegistration:
    """One number a seller accounts for VAT under; `country` is who gave it (ISO 3166-1)."""

    country: str
    number: str
    scheme: VatScheme
    valid_from: date
    valid_to: date | None = None  # the last day it holds

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class NexusScheme(StrEnum):
    """How a seller is registered where it collects tax."""

    REGULAR = "regular"  # as who is established there: it charges everybody
    SIMPLIFIED = "simplified"  # of sellers from abroad: businesses there are left out


@dataclass(frozen=True, slots=True)
class Nexus:
    """A country, or one state of it, where a seller is registered to collect tax."""

    country: str  # ISO 3166-1 alpha-2
    state: str | None  # ISO 3166-2 without the country
    number: str  # of the permit or registration
    valid_from: date
    valid_to: date | None = None  # the last day it holds
    scheme: NexusScheme = NexusScheme.SIMPLIFIED

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class NotRegistered(StrEnum):
    """What becomes of a sale whose tax the seller is not registered to collect."""

    CHARGE_NONE = "charge_none"  # it is billed without, and the invoice keeps why
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class TaxChoices:
    """What a tenant has chosen about tax abroad: core/policies.py tells of each."""

    not_registered: NotRegistered = NotRegistered.CHARGE_NONE
    check_days: int = 90  # how long an answer of the register lets a VAT id count


@dataclass(frozen=True, slots=True)
class CrossBorder:
    """Sales to consumers in other states of the Union, in euro cents without tax.

    `uncounted` are currencies of which no rate of exchange to euros is on file, on some day.
    """

    this_year: int = 0
    last_year: int = 0
    uncounted: tuple[str, ...] = ()


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
    vat: tuple[VatRegistration, ...] = ()
    choices: TaxChoices = TaxChoices()
    cross_border: CrossBorder = CrossBorder()
    nexuses: tuple[Nexus, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()  # the tenant's, of sales tax by state
    postal_code: str | None = None

    def nexus_in(self, country: str, state: str | None, *, on: date) -> Nexus | None:
        """Return the registration that holds in a country, or a state of it, on a day, or None."""
        for one in self.nexuses:
            if (one.country, one.state) == (country, state) and one.holds(on):
                return one
        return None

    def vat_in(self, country: str, scheme: VatScheme, *, on: date) -> VatRegistration | None:
        """Return the registration that holds in a country on a day, or None."""
        return next(
            (
                one
                for one in self.vat
                if one.country == country and one.scheme is scheme and one.holds(on)
            ),
            None,
        )

    def shop_on(self, scheme: VatScheme, *, on: date) -> VatRegistration | None:
        """Return the one-stop shop that holds on a day, whichever state runs it, or None."""
        return next((one for one in self.vat if one.scheme is scheme and one.holds(on)), None)

    def lut_on(self, day: date) -> Lut | None:
        """Return the letter that holds on the day an invoice is issued, or None."""
        return next((lut for lut in self.luts if lut.holds(day)), None)


@dataclass(frozen=True, slots=True)
class Abroad:
    """What tax abroad asks about a customer that is not in India.

    `vat_id` is written with its country in front; `valid_on` is the day on which its register
    last confirmed it, unless it has denied it since. `numbers` are those of other countries, each
    with its type.
    """

    postal_code: str | None = None
    vat_id: str | None = None
    valid_on: date | None = None
    evidence: tuple[Evidence, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()

    def number(self, type: str | None) -> str | None:
        """Return the number of a type, or None."""
        return next((value for kind, value in self.numbers if kind == type), None)


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
    abroad: Abroad = Abroad()

    @property
    def may_need_e_invoice(self) -> bool:
        """Say whether it is registered or abroad: others' invoices are never registered."""
        return self.gstin is not None or self.country != "IN"
