"""Tax of countries beside India, the Union, the United Kingdom and the USA, by a dated table.

Charged only where the seller lists that it is registered; businesses of most are left out.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from khata.core.refusal import Refusal
from khata.core.tax.exemptions import exemption_on
from khata.core.tax.gst import Head
from khata.core.tax.levy import Levy, LevyTreatment, Regime
from khata.core.tax.parties import Buyer, NexusScheme, NotRegistered, Seller
from khata.core.tax.rate_table import decimal_percent

MISSING = "tax_registration_missing"


class TaxRegistrationMissing(Refusal):
    """Tax is due from the first sale where the seller is not registered, and the tenant refuses."""


class StateRequiredForTax(Refusal):
    """The seller is registered in a country whose tax goes by province, and none is on record."""


class ForBusiness(StrEnum):
    """What becomes of the tax where the customer is a business of the country."""

    CHARGED = "charged"
    NOT_CHARGED = "not_charged"
    REVERSE_CHARGE = "reverse_charge"


@dataclass(frozen=True, slots=True)
class ForeignTax:
    """A row of the table; no `states`: all of the country. `by_state`: so is the registration."""

    country: str
    states: tuple[str, ...]
    by_state: bool
    name: str
    percent: Fraction
    valid_from: date
    valid_to: date | None
    number: str | None  # the type of number that makes a customer a business
    business: ForBusiness
    first_sale: bool
    law: str

    def holds(self, state: str | None, on: date) -> bool:
        if self.states and state not in self.states:
            return False
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class _Found:
    """What one row comes to."""

    tax: ForeignTax
    treatment: LevyTreatment
    reason: str
    seller_id: str | None = None
    buyer_id: str | None = None


def decide_elsewhere(seller: Seller, buyer: Buyer, *, on: date) -> Levy | None:
    """Decide the taxes of the buyer's country; None where the table has none, or nothing is listed.

    A seller that lists no nexus at all sells as before, but where it refuses to sell without a
    registration that is due from the first sale.
    Raises: TaxRegistrationMissing, StateRequiredForTax. Source: the rows' law.
    """
    rows = tuple(
        row for row in foreign_taxes().get(buyer.country, ()) if row.holds(buyer.state, on)
    )
    country = _country_of(buyer.country)
    if buyer.state is None and any(
        one.country == country and one.holds(on) for one in seller.nexuses
    ):
        _need_state(buyer.country)
    if not rows:
        return None
    found = [_one(row, seller, buyer, on) for row in rows]
    if not seller.nexuses:
        return None
    return _levy(found, buyer)


def _need_state(country: str) -> None:
    if any(row.states for row in foreign_taxes().get(country, ())):
        raise StateRequiredForTax(
            f"The tax of {country} goes by province: record the customer's",
            param="address.state",
        )


def _one(row: ForeignTax, seller: Seller, buyer: Buyer, on: date) -> _Found:
    where = buyer.state if row.by_state else None
    spelled = f"{row.name} of {where or row.country}"
    number = buyer.abroad.number(row.number)
    exemption = exemption_on(buyer.exemptions, country=buyer.country, state=buyer.state, on=on)
    nexus = seller.nexus_in(row.country, where, on=on)
    if nexus is None:
        if number is not None and row.business is not ForBusiness.NOT_CHARGED:
            why = f"The seller is not registered for {spelled}; the business imports the service."
            return _Found(row, LevyTreatment.REVERSE_CHARGE, why, buyer_id=number)
        return _missing(row, spelled, seller)
    if exemption is not None:
        why = f"The customer is exempt from {spelled} by certificate {exemption.certificate}."
        return _Found(row, LevyTreatment.EXEMPT, why, nexus.number)
    if number is not None and nexus.scheme is NexusScheme.SIMPLIFIED:
        if row.business is ForBusiness.REVERSE_CHARGE:
            why = f"The customer is a business with the number {number}: it owes {spelled} itself."
            return _Found(row, LevyTreatment.REVERSE_CHARGE, why, nexus.number, number)
        if row.business is ForBusiness.NOT_CHARGED:
            why = f"The customer has given the number {number}: {spelled} is not charged to it."
            return _Found(row, LevyTreatment.OUT_OF_SCOPE, why, nexus.number, number)
    why = f"The customer is in {where or buyer.country}, where the seller is registered: {spelled}."
    return _Found(row, LevyTreatment.TAXABLE, why, nexus.number, number)


def _missing(row: ForeignTax, spelled: str, seller: Seller) -> _Found:
    if row.first_sale and seller.choices.not_registered is NotRegistered.REFUSE:
        raise TaxRegistrationMissing(
            f"{spelled} is due from the first sale ({row.law}), and the registration lists no "
            "number for it: add one to its nexuses, or let such sales go without tax",
            param="registration.nexuses",
        )
    why = f"{spelled} may be due, and the seller lists no registration for it: none is charged."
    return _Found(row, LevyTreatment.NOT_REGISTERED, why)


_ORDER = (
    LevyTreatment.TAXABLE,
    LevyTreatment.REVERSE_CHARGE,
    LevyTreatment.EXEMPT,
    LevyTreatment.OUT_OF_SCOPE,
    LevyTreatment.NOT_REGISTERED,
)


def _levy(found: list[_Found], buyer: Buyer) -> Levy:
    """Return one levy of all rows: that one decides the treatment which charges most."""
    treatment = min((one.treatment for one in found), key=_ORDER.index)
    taxed = [one for one in found if one.treatment is LevyTreatment.TAXABLE]
    is_missing = treatment is LevyTreatment.NOT_REGISTERED
    return Levy(
        Regime.VAT if found[0].tax.name == "VAT" else Regime.GST,
        found[0].tax.country,
        treatment,
        "; ".join(dict.fromkeys(one.tax.law for one in found)),
        " ".join(one.reason for one in found),
        heads=tuple(_head(one.tax) for one in taxed),
        state=buyer.state if found[0].tax.states else None,
        wording="reverse_charge" if treatment is LevyTreatment.REVERSE_CHARGE else None,
        seller_id=_both(one.seller_id for one in found),
        buyer_id=_both(one.buyer_id for one in found),
        warning=MISSING if is_missing else None,
    )


def _both(numbers: Any) -> str | None:
    return ", ".join(dict.fromkeys(one for one in numbers if one)) or None


def _head(tax: ForeignTax) -> Head:
    part = tax.percent / 100
    return Head(tax.name, decimal_percent(tax.percent), part.numerator, part.denominator, True)


def _country_of(country: str) -> str:
    """Return who taxes a country: Liechtenstein is inside the Swiss tax."""
    rows = foreign_taxes().get(country)
    return rows[0].country if rows else country


@cache
def foreign_taxes() -> Mapping[str, tuple[ForeignTax, ...]]:
    """Return the rows of each country that one of them taxes."""
    found: dict[str, tuple[ForeignTax, ...]] = {}
    for row in table()["tax"]:
        tax = ForeignTax(
            row["country"],
            tuple(row.get("states", ())),
            row.get("registered", "country") == "state",
            row["name"],
            Fraction(row["percent"]),
            row["valid_from"],
            row.get("valid_to"),
            row.get("number"),
            ForBusiness(row["business"]),
            row.get("first_sale", False),
            row["law"],
        )
        for country in (tax.country, *row.get("also", ())):
            found[country] = (*found.get(country, ()), tax)
    return found


@cache
def table() -> dict[str, Any]:
    """Return the table of taxes and thresholds as it is written."""
    text = files("khata.core.tax").joinpath("rates/elsewhere.toml").read_text("utf-8")
    return tomllib.loads(text)
