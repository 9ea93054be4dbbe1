"""Sales tax of the states of the USA: due where there is nexus and the state taxes the service.

Whether it does is never guessed: the tenant confirms each state, with its rates and its source.
"""

from dataclasses import dataclass
from datetime import date

from khata.core.refusal import Refusal
from khata.core.tax.confirmations import Confirmation, confirmed
from khata.core.tax.exemptions import Exemption, exemption_on
from khata.core.tax.gst import Head
from khata.core.tax.levy import Levy, LevyTreatment, Regime
from khata.core.tax.parties import Buyer, Nexus, Seller
from khata.core.tax.quotes import TaxProviderTerms
from khata.core.tax.rate_table import decimal_percent
from khata.core.tax.us_states import us_states

WAYFAIR = "South Dakota v. Wayfair, 585 U.S. 162 (2018)"
BUSINESS_NUMBER = "us_ein"


class UsStateRequired(Refusal):
    """The seller collects sales tax, and the customer in the USA has no state on record."""


class TaxNotConfirmed(Refusal):
    """The seller has nexus in the state, and nobody has confirmed how it taxes this service."""


@dataclass(frozen=True, slots=True)
class _Sale:
    state: str
    buyer: Buyer
    nexus: Nexus
    on: date

    @property
    def business(self) -> bool:
        return self.buyer.abroad.number(BUSINESS_NUMBER) is not None


def decide_sales_tax(seller: Seller, buyer: Buyer, *, on: date) -> Levy | None:
    """Decide sales tax on a service that is invoiced on this day to an address in the USA.

    None where the seller has never had nexus in any state: then nothing is asked.
    Raises: UsStateRequired, TaxNotConfirmed.
    Source: South Dakota v. Wayfair; of the state, what the tenant's confirmation names.
    """
    if not any(one.country == "US" for one in seller.nexuses):
        return None
    state = _state_of(buyer)
    known = us_states().get(state)
    if known is None or not known.taxes:
        why = f"{state} has no sales tax."
        return _untaxed(state, LevyTreatment.OUT_OF_SCOPE, f"No sales tax law in {state}", why)
    nexus = seller.nexus_in("US", state, on=on)
    if nexus is None:
        why = f"The seller lists no nexus in {state} on {on}, so it collects nothing there."
        return _untaxed(state, LevyTreatment.OUT_OF_SCOPE, WAYFAIR, why)
    return _with_nexus(_Sale(state, buyer, nexus, on), seller)


def asked_of(provider: TaxProviderTerms, seller: Seller, buyer: Buyer, *, on: date) -> Levy:
    """Return the levy of a sale whose tax a provider has to say: it knows nexus and taxability.

    Raises: UsStateRequired.
    """
    state = _state_of(buyer)
    nexus = seller.nexus_in("US", state, on=on)
    return Levy(
        Regime.SALES_TAX,
        "US",
        LevyTreatment.TAXABLE,
        provider.provider.full_name,
        f"{provider.provider.full_name} has to be asked.",
        state=state,
        currency="USD",
        seller_id=None if nexus is None else nexus.number,
        asks=provider.provider.value,
    )


def _state_of(buyer: Buyer) -> str:
    if buyer.state is None:
        raise UsStateRequired(
            "The customer is in the United States, and sales tax is its state's: record the state",
            param="address.state",
        )
    return buyer.state


def _with_nexus(sale: _Sale, seller: Seller) -> Levy:
    exemption = exemption_on(sale.buyer.exemptions, country="US", state=sale.state, on=sale.on)
    if exemption is not None:
        return _exempt(sale, exemption)
    known = confirmed(
        seller.confirmations,
        state=sale.state,
        postal_code=sale.buyer.abroad.postal_code,
        business=sale.business,
        on=sale.on,
    )
    if known is None:
        use = "a business" if sale.business else "a consumer"
        raise TaxNotConfirmed(
            f"The seller has nexus in {sale.state}, and how software as a service is taxed there "
            f"for {use} is not confirmed for {sale.on}: add a tax confirmation for {sale.state}; "
            "it is not guessed",
            param="tax_confirmations",
        )
    return _confirmed(sale, known)


def _exempt(sale: _Sale, exemption: Exemption) -> Levy:
    law = f"{exemption.kind.value} certificate {exemption.certificate} of {sale.state}"
    why = f"The customer is exempt in {sale.state} by certificate {exemption.certificate}."
    return _untaxed(sale.state, LevyTreatment.EXEMPT, law, why, number=sale.nexus.number)


def _confirmed(sale: _Sale, known: Confirmation) -> Levy:
    use = "business" if sale.business else "personal"
    day = f"confirmed from {known.valid_from}"
    if known.taxable_percent == 0:
        why = f"{sale.state} does not tax this service for {use} use, {day}."
        return _untaxed(
            sale.state, LevyTreatment.EXEMPT, known.source, why, number=sale.nexus.number
        )
    rates = " + ".join(
        f"{one.name} {decimal_percent(one.percent)} %" for one in known.jurisdictions
    )
    part = "" if known.taxable_percent == 100 else f" on {known.taxable_percent} % of the price"
    return Levy(
        Regime.SALES_TAX,
        "US",
        LevyTreatment.TAXABLE,
        known.source,
        f"The seller has nexus in {sale.state}, which taxes this service for {use} use: "
        f"{rates}{part}, {day}.",
        heads=tuple(
            _head(f"{sale.state} {one.name}", known, place)
            for place, one in enumerate(known.jurisdictions)
        ),
        state=sale.state,
        currency="USD",
        seller_id=sale.nexus.number,
    )


def _head(name: str, known: Confirmation, place: int) -> Head:
    """Return a jurisdiction's tax, rounded half up once on all lines together.

    Source: Streamlined Sales and Use Tax Agreement s.324: to the third decimal, then half up, on
    the invoice or on each line.
    """
    percent = known.rate_of(known.jurisdictions[place])
    part = percent / 100
    return Head(name, decimal_percent(percent), part.numerator, part.denominator, grouped=True)


def _untaxed(
    state: str, treatment: LevyTreatment, law: str, reason: str, *, number: str | None = None
) -> Levy:
    return Levy(
        Regime.SALES_TAX,
        "US",
        treatment,
        law,
        reason,
        state=state,
        currency="USD",
        seller_id=number,
    )
