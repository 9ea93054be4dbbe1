"""Levies: which state's law beside India's decides about a sale, and what it says."""

from dataclasses import replace
from datetime import date

from khata.core.tax.levy import Levy
from khata.core.tax.location import locate
from khata.core.tax.parties import Buyer, Seller
from khata.core.tax.vat import decide_vat, is_business


def levy_of(seller: Seller, buyer: Buyer, *, on: date) -> Levy | None:
    """Return the tax of another state than India on this sale; None where there is none.

    A business is where its number is; where a consumer is has to be proven, and the evidence is
    kept with the decision. Raises: VatRegistrationMissing, UnknownVatRate.
    """
    if buyer.country == "IN":
        return None if seller.country == "IN" else decide_vat(seller, buyer, on=on)
    if is_business(seller, buyer, on=on):
        return decide_vat(seller, buyer, on=on)
    found = locate(buyer.country, buyer.abroad.evidence)
    if found.country not in (buyer.country, "IN"):  # India's place of supply is the address's
        elsewhere = replace(buyer.abroad, postal_code=None)
        buyer = replace(buyer, country=found.country, abroad=elsewhere)
    levy = decide_vat(seller, buyer, on=on)
    if levy is None:
        return None
    proven = replace(levy, evidence=found.items, conflict=found.conflict)
    if levy.beyond is None:
        return proven
    above = replace(levy.beyond.levy, evidence=found.items, conflict=found.conflict)
    return replace(proven, beyond=replace(levy.beyond, levy=above))
