"""Place of supply: where a service is taxed under GST, and which heads of tax that gives."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from khata.core.refusal import Refusal
from khata.core.tax.exemptions import exemption_on
from khata.core.tax.gstin import Gstin, parse_gstin, parse_seller_gstin
from khata.core.tax.parties import Buyer, ExportRoute, Scheme, Seller
from khata.core.tax.states import State, state_by_code, state_by_iso, state_in_law

if TYPE_CHECKING:
    from khata.core.tax.levy import Levy


class StateRequired(Refusal):
    """A consumer in India has no state on record, and the place of supply is never guessed."""


class GstinStateMismatch(Refusal):
    """The address and the GSTIN of one party name different places."""


class SezWithoutGstin(Refusal):
    """A customer is marked as an SEZ unit but has no registration that could be one."""


class LutExpired(Refusal):
    """The registration exports only under a letter of undertaking, and none holds on the day."""


class InterStateNotAllowed(Refusal):
    """A composition taxable person may not supply outside its own state."""


class DeemedExportOfServices(Refusal):
    """Only goods can be a deemed export."""


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
    COMPOSITION = "composition"  # the seller pays from its own pocket, and collects nothing
    EXEMPT = "exempt"  # all of it, by a notification that the customer comes under
    REVERSE_CHARGE = "reverse_charge"  # the buyer owes the tax


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
# … rule 5(1)(f).
NOT_ELIGIBLE = "COMPOSITION TAXABLE PERSON, NOT ELIGIBLE TO COLLECT TAX ON SUPPLIES"


def decide_supply(seller: Seller, buyer: Buyer, *, on: date) -> Supply:
    """Decide place, kind and treatment of a service that is invoiced on this day.

    Raises: StateRequired, GstinStateMismatch, SezWithoutGstin, InvalidGstin, UnknownState,
    LutExpired, InterStateNotAllowed.
    Source: IGST Act s.7, s.8, s.12, s.13, s.14, s.16; CGST Act s.10; Circular 242/36/2024-GST.
    """
    gstin = parse_gstin(buyer.gstin, param="tax_ids") if buyer.gstin else None
    registration = gstin if gstin and gstin.registered_person else None
    state = _state_of(buyer, registration, on)
    if seller.scheme is Scheme.OIDAR and seller.country != "IN" and seller.gstin:
        return _online_from_abroad(seller, buyer, state, registered=registration is not None)
    if seller.country != "IN" or not seller.gstin:
        return _out_of_scope(seller, buyer, state)
    home = _home_of(seller.gstin, seller.state, on)
    composed = seller.scheme is Scheme.COMPOSITION
    if buyer.country != "IN":
        if composed:
            raise _not_outside(f"and {buyer.country} is abroad")
        return _abroad_from(home, seller, buyer, on)
    if buyer.sez and registration is None:
        raise SezWithoutGstin(
            "An SEZ unit or developer is registered on its own; record its GSTIN to sell to it "
            "without tax, or unmark it",
            param="tax_ids",
        )
    if state is None:
        raise _state_required()
    if composed and (buyer.sez or home.code != state.code):
        raise _not_outside(f"and the customer is in {'an SEZ' if buyer.sez else state.name}")
    if buyer.sez:
        law = "IGST Act s.12(2)(a), s.7(5)(b)"
        return _zero_rated(SupplyKind.SEZ, _place_in(state), seller, on, law)
    supply = _taxable(
        home, state, registered=registration is not None, from_sez=seller.scheme is Scheme.SEZ
    )
    if composed:
        return _composed(supply)
    return _exempted(supply, buyer, on)


def _state_required() -> StateRequired:
    return StateRequired(
        "The customer is in India and not registered, so the state of the address decides "
        "the tax: record it (Circular 242/36/2024-GST, rule 46(f))",
        param="address.state",
    )


def _not_outside(why: str) -> InterStateNotAllowed:
    return InterStateNotAllowed(
        f"A composition taxable person may not supply outside its own state, {why} "
        "(CGST Act s.10(2)(c), s.10(2A)(c))",
        param="address.state",
    )


def _online_from_abroad(
    seller: Seller, buyer: Buyer, state: State | None, *, registered: bool
) -> Supply:
    """Decide the supply of online services by one who is registered under IGST Act s.14."""
    if buyer.country != "IN":
        return _out_of_scope(seller, buyer, None)
    if state is None:
        raise _state_required()
    if registered:
        return Supply(
            kind=SupplyKind.INTER,
            treatment=Treatment.REVERSE_CHARGE,
            place=_place_in(state),
            endorsement=None,
            law="IGST Act s.13(12), s.5(3); Notification 10/2017-ITR, serial 1",
            reason=f"The customer is registered in {state.name} and imports the service: "
            "it pays the tax on reverse charge.",
        )
    return Supply(
        kind=SupplyKind.INTER,
        treatment=Treatment.TAXABLE,
        place=_place_in(state),
        endorsement=None,
        law="IGST Act s.13(12), s.14(1), s.2(16)",
        reason=f"The customer is in {state.name} and not registered, and the service comes online "
        "from abroad: IGST.",
    )


def _abroad_from(home: State, seller: Seller, buyer: Buyer, on: date) -> Supply:
    """Decide what leaves India: an export, but for what goes to an establishment of one's own."""
    if not buyer.related:
        law = "IGST Act s.13(2), s.2(6)"
        return _zero_rated(SupplyKind.EXPORT, _abroad(buyer), seller, on, law)
    return Supply(
        kind=SupplyKind.INTER,
        treatment=Treatment.TAXABLE,
        place=_abroad(buyer),
        endorsement=None,
        law="IGST Act s.13(2), s.2(6)(v), s.7(5)(a)",
        reason="The customer is an establishment of the seller, so this is no export although it "
        f"leaves {home.name} for another country: IGST.",
    )


def _composed(supply: Supply) -> Supply:
    return replace(
        supply,
        treatment=Treatment.COMPOSITION,
        endorsement=NOT_ELIGIBLE,
        law=f"{supply.law}; CGST Act s.10(4), rule 49",
        reason="The seller pays tax under the composition scheme and may not collect it.",
    )


def _exempted(supply: Supply, buyer: Buyer, on: date) -> Supply:
    state = supply.place.state
    exemption = exemption_on(buyer.exemptions, country="IN", state=state, on=on)
    if exemption is None:
        return supply
    return replace(
        supply,
        treatment=Treatment.EXEMPT,
        law=f"{supply.law}; CGST Act s.11, Notification {exemption.certificate}",
        reason=f"Supplies to this customer are exempt by Notification {exemption.certificate}.",
    )


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


def _taxable(home: State, state: State, *, registered: bool, from_sez: bool) -> Supply:
    intra = home.code == state.code and not from_sez
    decided_by = "its registration there" if registered else "the state of its address"
    local = "CGST and UTGST" if state.union_territory else "CGST and SGST"
    heads = f"and the seller is in {home.name}: IGST"
    if intra:
        heads = f"the seller's own state: {local}"
    elif from_sez:
        heads = "and the seller is in a special economic zone, always between states: IGST"
    return Supply(
        kind=SupplyKind.INTRA if intra else SupplyKind.INTER,
        treatment=Treatment.TAXABLE,
        place=_place_in(state),
        endorsement=None,
        law=("IGST Act s.12(2)(a)" if registered else "IGST Act s.12(2)(b)(i)")
        + (", s.8(2)" if intra else ", s.7(5)(b)" if from_sez else ", s.7(3)"),
        reason=f"The customer is in {state.name} by {decided_by}, {heads}.",
    )


def _zero_rated(kind: SupplyKind, place: Place, seller: Seller, on: date, law: str) -> Supply:
    what = "a supply to an SEZ" if kind is SupplyKind.SEZ else "an export of services"
    lut = None if seller.export_route is ExportRoute.WITH_PAYMENT else seller.lut_on(on)
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
    if seller.export_route is ExportRoute.LUT_REQUIRED:
        raise LutExpired(
            f"The registration makes {what} only under a letter of undertaking, and {why} "
            "(IGST Act s.16(3)(a), CGST rule 96A)",
            param="registration.lut",
        )
    if seller.export_route is ExportRoute.WITH_PAYMENT:
        why = "the registration has chosen to pay"
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
    if seller.scheme is Scheme.OIDAR and seller.country != "IN" and seller.gstin:
        law, why = "IGST Act s.2(17), s.14", "Neither the seller nor the customer is in India."
    elif seller.country == "IN":
        law = "CGST Act s.22, s.32(1)"
        why = "The seller is not registered under GST and may not collect it."
    else:
        law = "CGST Act s.22, s.24"
        why = "The seller is outside India and charges no GST here."
    return Supply(
        kind=SupplyKind.OUT_OF_SCOPE,
        treatment=Treatment.OUT_OF_SCOPE,
        place=place,
        endorsement=None,
        law=law,
        reason=why,
    )


def check_deemed(buyer: Buyer, tax_code: str) -> None:
    """Refuse services to a customer whose supplies are marked as deemed exports.

    Raises: DeemedExportOfServices. Source: CGST Act s.147; Notification 48/2017-CT: goods.
    """
    if buyer.deemed_export and tax_code.startswith("99"):
        raise DeemedExportOfServices(
            f"{tax_code} is a service, and only supplies of goods are notified as deemed exports "
            "(CGST Act s.147); unmark the customer",
            param="deemed_export",
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
