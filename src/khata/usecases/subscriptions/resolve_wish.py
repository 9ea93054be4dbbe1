"""Resolve a wish: the plans that are asked for become items at prices, in one interval."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.catalog import Item, Plan, Price
from khata.core.credit_note import Settle
from khata.core.ids import new_id, public_id
from khata.core.money import LARGEST_QUANTITY, AmountTooLarge, known_currency
from khata.core.own_price import price_for
from khata.core.periods import day_of
from khata.core.plan_change import ChangeNotAllowed, Invoicing, Wish
from khata.core.pricing import recurring_amount
from khata.core.proration import ProrationPolicy
from khata.core.refusal import NotFound, Refusal
from khata.core.subscription import Status, Subscription, awaits_payment
from khata.db.transaction import UnitOfWork
from khata.usecases.subscriptions.agree_on_subscription import ItemsDiffer, QuantityOutOfRange


class ItemTwice(Refusal):
    """One item of the subscription is named twice in a change."""


class TaxBehaviorDiffers(Refusal):
    """The plan holds its tax inside where the subscription adds it, or the other way round."""


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One item as it shall be: a plan, or an item that is there; what is None stays.

    `price` is the version that a migration brings; else an item keeps its version.
    """

    item_id: UUID | None = None
    plan_id: UUID | None = None
    quantity: int | None = None
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How a change is measured, billed and settled; and in what, where the currency changes."""

    policy: ProrationPolicy = ProrationPolicy.BY_DAY
    invoicing: Invoicing = Invoicing.NOW
    settle: Settle = Settle.CREDIT_BALANCE
    keep_anchor: bool = False
    currency: str | None = None


def resolve_wish(
    uow: UnitOfWork,
    subscription: Subscription,
    items: Sequence[Item],
    asked: Sequence[AskedItem],
    terms: Terms,
    *,
    change_id: UUID,
    at: datetime,
) -> Wish:
    """Return what is asked for as items: these it shall have, and no others.

    An item that is there keeps the version of its price while it keeps its plan and the currency;
    else it comes at its price of today. Raises: NotFound, ItemTwice, ItemsDiffer,
    TaxBehaviorDiffers, UnknownCurrency, NoPriceInCurrency, QuantityOutOfRange, AmountTooLarge,
    ChangeNotAllowed.
    """
    if subscription.status is Status.CANCELED:
        raise ChangeNotAllowed(f"This subscription ended on {subscription.ended_on}")
    if awaits_payment(subscription):
        raise ChangeNotAllowed(
            "This subscription waits for its first payment; cancel it and start another one"
        )
    kept = _kept(items, asked)
    plans = _plans(uow, [_plan_of(one, item) for one, item in zip(asked, kept, strict=True)])
    swapped = subscription
    if terms.currency is not None:
        currency = known_currency(terms.currency, param="currency")
        swapped = replace(subscription, currency=currency)
    wished = []
    for position, (one, item) in enumerate(zip(asked, kept, strict=True)):
        plan = plans[_plan_of(one, item)]
        stays = item if swapped.currency == subscription.currency else None
        wished.append(_item(uow, swapped, position, one, item, plan, at, stays=stays))
    first = plans[wished[0].plan_id]
    for position, item in enumerate(wished):
        _check_alike(first, plans[item.plan_id], subscription, position)
    return Wish(
        change_id,
        tuple(wished),
        first.interval,
        at,
        terms.policy,
        terms.invoicing,
        terms.settle,
        terms.keep_anchor,
        swapped.currency if swapped.currency != subscription.currency else None,
    )


def _kept(items: Sequence[Item], asked: Sequence[AskedItem]) -> list[Item | None]:
    """Return, of each item that is asked for, the one that is there already, if one is.

    It is named by its id, or else by its plan: the first of that plan which nobody named.
    """
    by_id = {item.id: item for item in items}
    named: set[UUID] = set()
    for position, one in enumerate(asked):
        if one.item_id is None:
            continue
        if one.item_id not in by_id:
            id = public_id("si", one.item_id)
            raise NotFound("subscription item", id, param=f"items.{position}.id")
        if one.item_id in named:
            raise ItemTwice("Name each item once", param=f"items.{position}.id")
        named.add(one.item_id)
    found: list[Item | None] = []
    for one in asked:
        if one.item_id is not None:
            found.append(by_id[one.item_id])
            continue
        same = [i for i in items if i.plan_id == one.plan_id and i.id not in named]
        found.append(same[0] if same else None)
        named |= {item.id for item in same[:1]}
    return found


def _plan_of(one: AskedItem, item: Item | None) -> UUID:
    if one.plan_id is not None:
        return one.plan_id
    assert item is not None  # the door asks for a plan or an item
    return item.plan_id


def _plans(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Plan]:
    found = {plan.id: plan for plan in uow.catalog.plans(list(ids))}
    for position, id in enumerate(ids):
        if id not in found:
            raise NotFound("plan", public_id("plan", id), param=f"items.{position}.plan")
    return found


def _item(
    uow: UnitOfWork,
    subscription: Subscription,
    position: int,
    one: AskedItem,
    item: Item | None,
    plan: Plan,
    at: datetime,
    *,
    stays: Item | None,
) -> Item:
    quantity = one.quantity
    if quantity is None:
        quantity = 1 if item is None else item.quantity
    if not 0 <= quantity <= LARGEST_QUANTITY:
        raise QuantityOutOfRange(
            f"a quantity is from 0 to {LARGEST_QUANTITY}", param=f"items.{position}.quantity"
        )
    if stays is not None and stays.plan_id == plan.id and one.price is None:
        wished = replace(stays, position=position, quantity=quantity)
    else:
        price = one.price or _price(uow, subscription, plan, at, position)
        if price.currency != subscription.currency:
            raise ChangeNotAllowed(
                f"The price is in {price.currency} and the subscription in {subscription.currency}"
            )
        product = uow.catalog.product(plan.product_id)
        assert product is not None
        wished = Item(
            item.id if item else new_id(at),
            position,
            plan.id,
            price.id,
            plan.name,
            product.tax_code,
            price.model,
            price.amount,
            quantity,
            price.terms,
            product.tax_class,
        )
    try:
        recurring_amount(wished, quantity)
    except AmountTooLarge as refusal:
        raise AmountTooLarge(refusal.detail, param=f"items.{position}.quantity") from None
    return wished


def _price(
    uow: UnitOfWork, subscription: Subscription, plan: Plan, at: datetime, position: int
) -> Price:
    """Return what the customer gets of another plan: a price of its own, or the plan's."""
    on = day_of(at, subscription.timezone)
    own = uow.own_prices.on(subscription.customer_id, [plan.id], on)
    return price_for(plan, subscription.currency, own, param=f"items.{position}.plan")


def _check_alike(first: Plan, plan: Plan, subscription: Subscription, position: int) -> None:
    if plan.interval != first.interval:
        raise ItemsDiffer(
            f"{first.code} is billed every {first.interval}, {plan.code} every {plan.interval}: "
            "the items of a subscription have one interval",
            param=f"items.{position}.plan",
        )
    if plan.tax_behavior != subscription.tax_behavior:
        raise TaxBehaviorDiffers(
            f"{plan.code} has its tax {plan.tax_behavior}, this subscription "
            f"{subscription.tax_behavior}",
            param=f"items.{position}.plan",
        )
