"""Recurring revenue: what the items of a subscription bring a month."""

from collections.abc import Sequence

from khata.core.catalog import Item, TaxBehavior
from khata.core.discounts import Reducible, Reduction, reduce
from khata.core.metrics import mrr_of_item
from khata.core.pricing import recurring_amount
from khata.core.subscription import Subscription
from khata.core.terms import Terms


def mrr_of(
    items: tuple[Item, ...],
    subscription: Subscription,
    terms: Terms,
    reductions: Sequence[Reduction] = (),
) -> int:
    """Return what the items bring a month, before tax, in minor units; one rounding an item.

    `reductions` are the discounts that recur; what comes off once is not counted.
    """
    monthly = 0
    prices = [recurring_amount(item, item.quantity) for item in items]
    if reductions:
        prices = _reduced(items, prices, reductions)
    for item, amount in zip(items, prices, strict=True):
        numerator, denominator = 0, 1
        if subscription.tax_behavior == TaxBehavior.INCLUSIVE:
            numerator, denominator = terms.tax_share(item.tax_code, item.tax_class)
        monthly += mrr_of_item(
            amount,
            subscription.interval,
            tax_numerator=numerator,
            tax_denominator=denominator,
        )
    return monthly


def _reduced(
    items: Sequence[Item], prices: Sequence[int], reductions: Sequence[Reduction]
) -> list[int]:
    priced = [Reducible(price, item.plan_id) for item, price in zip(items, prices, strict=True)]
    cuts = reduce(priced, reductions)
    return [
        price - sum(cut.amount for cut in of_item)
        for price, of_item in zip(prices, cuts, strict=True)
    ]
