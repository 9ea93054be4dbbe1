"""Levies: which state's law beside India's decides about a sale, and what it says."""

from dataclasses import replace
from datetime import date

from khata.core.tax.elsewhere import decide_elsewhere
from khata.core.tax.levy import Levy
from khata.core.tax.location import locate
from khata.core.tax.parties import Buyer, Seller
from khata.core.tax.quotes import TaxProviderTerms
from khata.core.tax.sales_tax import asked_of, decide_sales_tax
from khata.core.tax.vat import decide_vat, is_business


def levy_of(
    seller: Seller, buyer: Buyer, *, on: date, provider: TaxProviderTerms | None = None
) -> Levy | None:
    """Return the tax of another state than India on this sale; None where there is none.

    A business is where its number is; where a consumer is has to be proven, and the evidence is
    kept with the decision. Of countries outside the Union and the United Kingdom the address
    decides, unless the evidence says that the consumer is inside. In the USA it is the provider's
    to say, where the tenant has chosen one.
    Raises: VatRegistrationMissing, UnknownVatRate, UsStateRequired, TaxNotConfirmed,
    StateRequiredForTax, TaxRegistrationMissing.
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
    else:
        levy = _by_address(seller, buyer, on=on, provider=provider) or decide_vat(
            seller, buyer, on=on
        )
    if levy is None:
        return None
    proven = replace(levy, evidence=found.items, conflict=found.conflict)
    if levy.beyond is None:
        return proven
    above = replace(levy.beyond.levy, evidence=found.items, conflict=found.conflict)
    return replace(proven, beyond=replace(levy.beyond, levy=above))


def _by_address(
    seller: Seller, buyer: Buyer, *, on: date, provider: TaxProviderTerms | None
) -> Levy | None:
    if buyer.country == "US":
        if provider is not None:
            return asked_of(provider, seller, buyer, on=on)
        return decide_sales_tax(seller, buyer, on=on)
    return decide_elsewhere(seller, buyer, on=on)
