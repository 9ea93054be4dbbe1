"""A registration: under which name, tax number and place a tenant sells, and its number series."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from khata.core.e_invoice.dated import ExemptClass
from khata.core.places import COUNTRIES, Address
from khata.core.refusal import Refusal
from khata.core.tax.confirmations import Confirmation
from khata.core.tax.foreign_ids import FOREIGN_TYPES
from khata.core.tax.gstin import parse_oidar_gstin, parse_seller_gstin
from khata.core.tax.parties import (
    CrossBorder,
    ExportRoute,
    Lut,
    Nexus,
    Scheme,
    Seller,
    TaxChoices,
    VatRegistration,
    VatScheme,
)
from khata.core.tax.place_of_supply import GstinStateMismatch
from khata.core.tax.states import state_by_code, state_by_iso
from khata.core.tax.vat_area import area_of

DEFAULT_SERIES: Final[Mapping[str, str]] = {
    "invoice": "INV/{fy}/{n:05}",
    "credit_note": "CN/{fy}/{n:05}",
    "bill_of_supply": "BS/{fy}/{n:05}",
    "receipt_voucher": "RV/{fy}/{n:05}",
    "refund_voucher": "RF/{fy}/{n:05}",
    "payment_request": "PR/{fy}/{n:05}",
    "debit_note": "DN/{fy}/{n:05}",
    "revised_invoice": "RI/{fy}/{n:05}",
    "commercial_credit_note": "FN/{fy}/{n:05}",  # takes no tax back: no document of GST
}


# Where a number of each type is a seller's own; `other` is anybody's, and never a tax's.
# Source: Council Directive 2006/112/EC, articles 5 to 7: Monaco is taxed as France, and the Isle
# of Man as the United Kingdom.
_COUNTRIES_OF: Final[Mapping[str, frozenset[str]]] = {
    "in_gst": frozenset({"IN"}),
    "eu_vat": frozenset(
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK"
        "".split()
    ),
    "gb_vat": frozenset({"GB", "IM"}),
    "us_ein": frozenset({"US"}),
    "ch_vat": frozenset({"CH", "LI"}),
    **{type: frozenset({type[:2].upper()}) for type in FOREIGN_TYPES - {"us_ein", "ch_vat"}},
}


class TaxIdOfAnotherCountry(Refusal):
    """The tax number is not one that the country of the registration gives."""


class BadScheme(Refusal):
    """The registration cannot be under that scheme of GST."""


@dataclass(frozen=True, slots=True)
class Registration:
    """`series` maps a type of document to the pattern of its numbers; `luts` are by first day."""

    id: UUID
    legal_name: str
    country: str
    state: str | None
    tax_id_type: str | None
    tax_id: str | None
    address: Address
    luts: tuple[Lut, ...]
    series: Mapping[str, str]
    is_default: bool
    party_id: UUID
    created_at: datetime
    scheme: Scheme = Scheme.REGULAR
    export_route: ExportRoute = ExportRoute.LUT_IF_VALID
    trade_name: str | None = None  # None: what the tenant trades under
    bank: Mapping[str, str | None] | None = None  # where its invoices are paid; None: the tenant's
    logo: str | None = None  # a data: URL; None: the tenant's
    signatory: str | None = None
    e_invoice_exempt_as: ExemptClass | None = None  # the class of sellers that need no IRNs
    vat_registrations: tuple[VatRegistration, ...] = ()
    choices: TaxChoices = field(default_factory=TaxChoices)  # the tenant's
    cross_border: CrossBorder = field(default_factory=CrossBorder)  # as far as it was asked for
    nexuses: tuple[Nexus, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()  # the tenant's
    effective_on: date | None = None  # from when it is registered under GST: CGST rule 10
    certificate_on: date | None = None  # … by a certificate of this day
    succeeds: UUID | None = None  # the one without a GSTIN in whose place it sells

    def counts_cross_border(self, *, on: date) -> bool:
        """Say whether what it sold across borders decides its VAT: in the Union, without a shop."""
        if not self.vat_registrations or not area_of(self.country).in_union:
            return False
        return self.seller.shop_on(VatScheme.UNION_OSS, on=on) is None

    annual_returns: Mapping[str, date] = field(default_factory=dict)  # filed on, by year: '25-26'

    @property
    def gstin(self) -> str | None:
        """Return the number under which it charges GST: a number of another type is none."""
        return self.tax_id if self.tax_id_type == "in_gst" else None

    @property
    def seller(self) -> Seller:
        """Return the registration as tax sees it."""
        has_address = self.address.line1 is not None
        return Seller(
            self.country,
            self.state,
            self.gstin,
            self.luts,
            has_address,
            self.scheme,
            self.export_route,
            vat=self.vat_registrations,
            choices=self.choices,
            cross_border=self.cross_border,
            nexuses=self.nexuses,
            confirmations=self.confirmations,
            postal_code=self.address.postal_code,
        )

    def facts(self, *, name: str, email: str) -> dict[str, Any]:
        """Return what a document will show of the seller.

        `name` is what the tenant trades under, which the registration may do otherwise.
        """
        return {
            "name": self.trade_name or name,
            "legal_name": self.legal_name,
            "signatory": self.signatory,
            "email": email,
            "country": self.country,
            "state": self.state,
            "address": self.address.stored(),
            "tax_id_type": self.tax_id_type,
            "tax_id": self.tax_id,
            "scheme": self.scheme.value,
        }


def check_scheme(
    scheme: Scheme, route: ExportRoute, *, country: str, gstin: str | None, param: str
) -> None:
    """Refuse a scheme of GST that a registration cannot be under. Raises: BadScheme.

    Source: CGST Act s.10; IGST Act s.2(17), s.14.
    """
    if scheme is Scheme.REGULAR:
        return
    if gstin is None:
        raise BadScheme(f"Only who has a GSTIN is registered as {scheme}", param=param)
    if (scheme is Scheme.OIDAR) == (country == "IN"):
        where = "abroad" if scheme is Scheme.OIDAR else "in India"
        raise BadScheme(f"A registration as {scheme} is of a seller {where}", param=param)
    if scheme is Scheme.COMPOSITION and route is not ExportRoute.LUT_IF_VALID:
        raise BadScheme(
            "Under composition nothing is exported (CGST Act s.10(2)(c))", param="export_route"
        )


def checked_seller_tax_id(
    text: str,
    *,
    type: str,
    country: str,
    state: str | None,
    param: str,
    type_param: str,
    scheme: Scheme = Scheme.REGULAR,
) -> str:
    """Return a tax number one may sell under, in the country and state that were given.

    A number of another country would be shown on invoices and charge no tax; but who sells
    online services to India from abroad has a number of India's.
    Raises: TaxIdOfAnotherCountry, InvalidGstin, GstinStateMismatch.
    """
    if type == "in_gst" and scheme is Scheme.OIDAR and country != "IN":
        return parse_oidar_gstin(text, param=param).value
    if country not in _COUNTRIES_OF.get(type, COUNTRIES):
        wanted = "in_gst" if country == "IN" else "the type of that country, or none"
        raise TaxIdOfAnotherCountry(
            f"A number of type {type} is not one of {country}; give {wanted}", param=type_param
        )
    return _checked_gstin(text, state=state, param=param) if type == "in_gst" else text


def _checked_gstin(text: str, *, state: str | None, param: str) -> str:
    gstin = parse_seller_gstin(text, param=param)
    of_gstin = state_by_code(gstin.state_code)
    if state is None or of_gstin is None or of_gstin.iso != state_by_iso(state).iso:
        where = of_gstin.name if of_gstin else gstin.state_code
        raise GstinStateMismatch(
            f"The GSTIN {gstin.value} is of {where}; the state given is {state or 'none'}",
            param=param,
        )
    return gstin.value
