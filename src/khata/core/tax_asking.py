"""Asking for tax: an invoice that a provider taxes bears the kept answer about just that sale."""

from collections.abc import Sequence
from dataclasses import replace

from khata.core.catalog import TaxBehavior
from khata.core.invoice import Line, Totals
from khata.core.tax.exemptions import exemption_on
from khata.core.tax.gst import RoundOff, round_off
from khata.core.tax.quotes import (
    Basket,
    BasketLine,
    Quote,
    TaxInsidePrice,
    TaxQuoteNeeded,
    found_quote,
    quoted_levy,
)
from khata.core.tax.sales_tax import BUSINESS_NUMBER
from khata.core.terms import Terms


def with_quote(
    summed: Totals,
    terms: Terms,
    *,
    subject: str,
    currency: str,
    tax_behavior: str,
    rounding: RoundOff,
) -> tuple[Totals, Terms]:
    """Return both with the tax of the kept quote; a sale that asks no provider stays as it is.

    `subject` is whose sale it is. A sale of nothing is not asked about.
    Raises: TaxQuoteNeeded, TaxInsidePrice.
    """
    levy = terms.supply.levy
    if levy is None or not levy.asks:
        return summed, terms
    basket = _basket(summed.lines, terms, subject=subject, currency=currency)
    if not any(line.amount for line in summed.lines):
        return summed, _decided(terms, basket, None)
    if tax_behavior == TaxBehavior.INCLUSIVE:
        raise TaxInsidePrice(
            f"{basket.provider.full_name} puts sales tax on top of a price, and this price has its "
            "tax inside: sell at a price without tax to customers in the United States"
        )
    quote = found_quote(terms.facts.quotes, basket)
    if quote is None:
        raise TaxQuoteNeeded(basket)
    lines = tuple(
        replace(line, taxes=(*line.taxes, *quote.rows(place)))
        for place, line in enumerate(summed.lines)
    )
    tax = summed.tax + quote.tax
    total = summed.subtotal - summed.discount + tax
    rounded = round_off(total, rounding, currency)
    done = replace(summed, lines=lines, tax=tax, round_off=rounded, total=total + rounded)
    return done, _decided(terms, basket, quote)


def _decided(terms: Terms, basket: Basket, quote: Quote | None) -> Terms:
    assert terms.supply.levy is not None  # the one that asks
    levy = quoted_levy(terms.supply.levy, basket, quote)
    return replace(terms, supply=replace(terms.supply, levy=levy), _heads={})


def _basket(lines: Sequence[Line], terms: Terms, *, subject: str, currency: str) -> Basket:
    asked = terms.facts.provider
    assert asked is not None  # who asks nobody has no such levy
    buyer = terms.buyer
    seller, in_usa = terms.seller, terms.seller.country == "US"
    exemption = exemption_on(buyer.exemptions, country="US", state=buyer.state, on=terms.on)
    return Basket(
        provider=asked.provider,
        subject=f"{subject} {terms.buyer_party_id}",
        seller_country=seller.country,
        country=buyer.country,
        state=buyer.state,
        postal_code=buyer.abroad.postal_code,
        business=buyer.abroad.number(BUSINESS_NUMBER) is not None,
        exemption=None if exemption is None else exemption.kind.value,
        currency=currency,
        on=terms.on,
        product_code=asked.product_code,
        lines=tuple(
            BasketLine(f"{place} {line.period.start}", line.amount)
            for place, line in enumerate(lines)
        ),
        seller_state=seller.state if in_usa else None,
        seller_postal_code=seller.postal_code if in_usa else None,
    )
