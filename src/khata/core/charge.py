"""A charge: what is asked for one thing, as priced, before discounts and tax."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from khata.core.catalog import Item, PriceModel, PriceTerms
from khata.core.periods import Period
from khata.core.pricing import Priced, price_at, price_of
from khata.core.proration import Share, share_of
from khata.core.tax.nature import TaxClass


class LineKind(StrEnum):
    """What a line is for."""

    FEE = "fee"  # of a period, in advance
    USAGE = "usage"  # of a period, in arrears
    ONE_TIME = "one_time"
    SETUP = "setup"  # once, when something begins
    PRORATION = "proration"  # the rest of a period at new terms
    TRUE_UP = "true_up"  # what a period fell short of its minimum


@dataclass(frozen=True, slots=True)
class Charge:
    """`amount` is in minor units, with its tax inside where prices are inclusive; never negative.

    `full` is the period the price is for, of which `period` is charged. Where the whole is not
    quantity × unit amount (tiers, packages, usage) it is one at its amount, and `priced_quantity`
    is how much there was. `basis` holds what the amount was made of, as JSON may hold it: inputs,
    rule, fraction; None where quantity × unit amount is all.
    """

    kind: LineKind
    description: str
    tax_code: str
    amount: int
    period: Period
    full: Period
    item_id: UUID | None = None
    price_id: UUID | None = None
    plan_id: UUID | None = None
    quantity: int = 1
    unit_amount: int = 0
    priced_quantity: Decimal | None = None
    basis: Mapping[str, Any] | None = None
    subscription_id: UUID | None = None  # only where one invoice bills several
    tax_class: TaxClass = TaxClass.STANDARD


def fees(
    items: Sequence[Item],
    *,
    period: Period,
    full: Period,
    share: Share | None = None,
    kind: LineKind = LineKind.FEE,
) -> list[Charge]:
    """Return what the items cost for `period`, which is the whole or a part of `full`.

    A part costs its share, by days unless another is given. Rounds: each charge half up.
    Raises: AmountTooLarge, PartOutsidePeriod.
    """
    if share is None and period != full:
        share = share_of(period, full=full)
    return [
        _fee(item, period, full, share, kind)
        if item.terms is None
        else fee_by_terms(item, item.terms, period=period, full=full, share=share, kind=kind)
        for item in items
        if not item.by_usage
    ]


def _fee(item: Item, period: Period, full: Period, share: Share | None, kind: LineKind) -> Charge:
    price = price_of(item.model, item.unit_amount, item.quantity)
    amount, basis, description = price, None, item.plan_name
    if share is not None:
        amount = share.of(price)
        basis = {"rule": "share", "of": price, **share.told()}
        description = f"{item.plan_name} ({share.words})"
    return Charge(
        kind,
        description,
        item.tax_code,
        amount,
        period,
        full,
        item.id,
        item.price_id,
        item.plan_id,
        1 if item.model is PriceModel.FLAT else item.quantity,
        item.unit_amount,
        None,
        basis,
        tax_class=item.tax_class,
    )


def fee_by_terms(
    item: Item,
    terms: PriceTerms,
    *,
    period: Period,
    full: Period,
    share: Share | None,
    kind: LineKind,
) -> Charge:
    """Return what an item's quantity costs by the terms of its price, with the steps to it."""
    return priced_charge(item, price_at(terms, item.quantity), period, full, share, kind)


def priced_charge(
    item: Item,
    priced: Priced,
    period: Period,
    full: Period,
    share: Share | None,
    kind: LineKind,
) -> Charge:
    """Return the charge of an item, fee or usage, that was priced by terms.

    A part of a period costs its share. Rounds: half up, the price and then its share.
    """
    amount, basis, description = priced.amount, priced.basis, item.plan_name
    if share is not None:
        amount = share.of(amount)
        basis = {"rule": "share", "of": priced.amount, "price": basis, **share.told()}
        description = f"{item.plan_name} ({share.words})"
    return Charge(
        kind,
        description,
        item.tax_code,
        amount,
        period,
        full,
        item.id,
        item.price_id,
        item.plan_id,
        1,
        priced.amount,
        priced.quantity,
        basis,
        tax_class=item.tax_class,
    )
