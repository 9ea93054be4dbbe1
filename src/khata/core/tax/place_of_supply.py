"""Place of supply: where a service is taxed under GST, and which heads of tax that gives."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from khata.core.refusal import Refusal
from khata.core.tax.gstin import Gstin, parse_gstin, parse_seller_gstin
from khata.core.tax.parties import Buyer, Seller
from khata.core.tax.states import State, state_by_code, state_by_iso, state_in_law

if TYPE_CHECKING:
    from khata.core.tax.levy import Levy


class StateRequired(Refusal):
    """A consumer in India has no state on record, and the place of supply is never guessed."""


class GstinStateMismatch(Refusal):
    """The address and the GSTIN of one party name different places."""


class SezWithoutGstin(Refusal):
    """A customer is marked as an SEZ unit but has no registration that could be one."""


class SupplyKind(StrEnum):
    INTRA = "intra"  # inside one state: CGST and SGST or UTGST
    INTER = "inter"  # between two: IGST
    SEZ = "sez"
    EXPORT = "export"
    OUT_OF_SCOPE = "out_of_scope"  # the seller charges no GST


class Treatment(StrEnum):
    TAXABLE = "taxable"
    ZERO_RATED_LUT = "zero_rated_lut"
    ZERO_RATED_WITH_IGST = "zero_rated_with_igst"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a supply is taken to happen."""

    country: str
    state: str | None  # ISO 3166-2 without the country
    code: str | None  # GST's two digits, 96 outside India, None where no state is known
    name: str

    @property
    def spelled(self) -> str | None:
        """Spell it as documents do: 29-Karnataka, 96-Other Countries."""
        return None if self.code is None else f"{self.code}-{self.name}"


@dataclass(frozen=True, slots=True)
class Supply:
    """What was decided about one seller, one buyer and one day, with the law and a sentence."""

    kind: SupplyKind
    treatment: Treatment
    place: Place
    endorsement: str | None  # the words an invoice for export or SEZ must carry
    law: str
    reason: str
    lut: str | None = None  # the number of the letter of undertaking it is made under
    levy: "Levy | None" = None  # the tax of another state than India on the same sale


# The words themselves are law: CGST Rules, rule 46, third proviso.
_ENDORSED = "SUPPLY MEANT FOR EXPORT/SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS "
UNDER_LUT = _ENDORSED + ("UNDER BOND OR LETTER OF UNDERTAKING WITHOUT PAYMENT OF INTEGRATED TAX")
WITH_TAX = _ENDORSED + "ON PAYMENT OF INTEGRATED TAX"


def decide_supply(seller: Seller, buyer: Buyer, *, on: date) -> Supply:
    """Decide place, kind and treatment of a service that is invoiced on this day.

    Raises: StateRequired, GstinStateMismatch, SezWithoutGstin, InvalidGstin, UnknownState.
    Source: IGST Act s.7, s.8, s.12, s.13, s.16; Circular 242/36/2024-GST.
    """
    gstin = parse_gstin(buyer.gstin, param="tax_ids") if buyer.gstin else None
    registration = gstin if gstin and gstin.registered_person else None
    state = _state_of(buyer, registration, on)
    if seller.country != "IN" or not seller.gstin:
        return _out_of_scope(seller, buyer, state)
    home = _home_of(seller.gstin, seller.state, on)
    if buyer.country != "IN":
        law = "IGST Act s.13(2), s.2(6)"
        return _zero_rated(SupplyKind.EXPORT, _abroad(buyer), seller, on, law)
    if buyer.sez and registration is None:
        raise SezWithoutGstin(
            "An SEZ unit or developer is registered on its own; record its GSTIN to sell to it "
            "without tax, or unmark it",
            param="tax_ids",
        )
    if state is None:
        raise StateRequired(
            "The customer is in India and not registered, so the state of the address decides "
            "the tax: record it (Circular 242/36/2024-GST, rule 46(f))",
            param="address.state",
        )
    if buyer.sez:
        law = "IGST Act s.12(2)(a), s.7(5)(b)"
        return _zero_rated(SupplyKind.SEZ, _place_in(state), seller, on, law)
    return _taxable(home, state, registered=registration is not None)


def _state_of(buyer: Buyer, registration: Gstin | None, on: date) -> State | None:
    """Return the buyer's state in India: the GSTIN's, or else that of the address, if any."""
    address = (
        state_by_iso(buyer.state, param="address.state")
        if buyer.country == "IN" and buyer.state
        else None
    )
    if registration is None:
        return address
    state = _of_gstin(registration, on)
    if buyer.country != "IN":
        raise GstinStateMismatch(
            f"The GSTIN {registration.value} is of {state.name}, but the address lies outside "
            "India; a supply to that registration is not an export",
            param="address.country",
        )
    _same(registration, state, address, param="address.state")
    return state


@lru_cache(maxsize=1024)  # a run bills thousands of customers of one seller
def _home_of(text: str, state: str | None, on: date) -> State:
    gstin = parse_seller_gstin(text, param="gstin")
    home = _of_gstin(gstin, on)
    _same(gstin, home, state_by_iso(state, param="state") if state else None, param="state")
    return home


def _of_gstin(gstin: Gstin, on: date) -> State:
    state = state_by_code(gstin.state_code)
    assert state is not None  # parse_gstin has looked it up
    return state_in_law(state, on=on)


def _same(gstin: Gstin, state: State, address: State | None, *, param: str) -> None:
    latest = state_in_law(state, on=date.max)  # an address is spelled as states are now
    if address is not None and address.code != latest.code:
        raise GstinStateMismatch(
            f"The GSTIN {gstin.value} is of {state.name}, the address is in {address.name}; "
            f"give the address of that registration, or the GSTIN of {address.name}",
            param=param,
        )


def _taxable(home: State, state: State, *, registered: bool) -> Supply:
    intra = home.code == state.code
    decided_by = "its registration there" if registered else "the state of its address"
    local = "CGST and UTGST" if state.union_territory else "CGST and SGST"
    heads = (
        f"the seller's own state: {local}" if intra else f"and the seller is in {home.name}: IGST"
    )
    return Supply(
        kind=SupplyKind.INTRA if intra else SupplyKind.INTER,
        treatment=Treatment.TAXABLE,
        place=_place_in(state),
        endorsement=None,
        law=("IGST Act s.12(2)(a)" if registered else "IGST Act s.12(2)(b)(i)")
        + (", s.8(2)" if intra else ", s.7(3)"),
        reason=f"The customer is in {state.name} by {decided_by}, {heads}.",
    )


def _zero_rated(kind: SupplyKind, place: Place, seller: Seller, on: date, law: str) -> Supply:
    what = "a supply to an SEZ" if kind is SupplyKind.SEZ else "an export of services"
    lut = seller.lut_on(on)
    if lut is not None:
        return Supply(
            kind=kind,
            treatment=Treatment.ZERO_RATED_LUT,
            place=place,
            endorsement=UNDER_LUT,
            law=f"{law}, s.16(3)(a); CGST rule 96A",
            reason=f"This is {what} under LUT {lut.number}, without tax.",
            lut=lut.number,
        )
    why = "no letter of undertaking is on file"
    if seller.luts:
        last = seller.luts[-1]
        why = f"no letter holds on {on}; {last.number} does from {last.valid_from} to "
        why += f"{last.valid_to}"
    return Supply(
        kind=kind,
        treatment=Treatment.ZERO_RATED_WITH_IGST,
        place=place,
        endorsement=WITH_TAX,
        law=f"{law}, s.16(3)(b)",
        reason=f"This is {what} with IGST, to be claimed back, because {why}.",
    )


def _out_of_scope(seller: Seller, buyer: Buyer, state: State | None) -> Supply:
    if buyer.country != "IN":
        place = _abroad(buyer)
    elif state is not None:
        place = _place_in(state)
    else:
        place = Place("IN", None, None, "India")
    here = seller.country == "IN"
    return Supply(
        kind=SupplyKind.OUT_OF_SCOPE,
        treatment=Treatment.OUT_OF_SCOPE,
        place=place,
        endorsement=None,
        law="CGST Act s.22, s.32(1)" if here else "CGST Act s.22, s.24",
        reason="The seller is not registered under GST and may not collect it."
        if here
        else "The seller is outside India and charges no GST here.",
    )


def place_of(country: str, state: str | None, code: str | None) -> Place:
    """Return the place that an invoice has kept in these three words, with its name."""
    if country != "IN":
        return Place(country, state, code, "Other Countries")
    known = state_by_code(code) if code else None
    return _place_in(known) if known else Place("IN", state, code, "India")


def _place_in(state: State) -> Place:
    return Place("IN", state.iso, state.code, state.name)


def _abroad(buyer: Buyer) -> Place:
    return place_of(buyer.country, buyer.state, "96")
