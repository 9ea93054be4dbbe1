"""Agree on a subscription: who buys what at which price, from when, and who issues the invoices."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from khata.core.catalog import Item, Plan, Price
from khata.core.customer import Customer
from khata.core.ids import new_ids, public_id
from khata.core.money import LARGEST_QUANTITY, AmountTooLarge
from khata.core.own_price import price_for
from khata.core.periods import Interval, day_of, start_of_day
from khata.core.pricing import price_at, price_of
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.registration import Registration
from khata.core.subscription import CollectionMethod, Move, Status, Subscription
from khata.core.terms_of_contract import AlignmentNotPossible, aligned_anchor, contracted
from khata.db.stores.trials import Trials
from khata.db.transaction import UnitOfWork
from khata.usecases.taxes.choose_registration import choose_registration

if TYPE_CHECKING:
    from khata.usecases.subscriptions.start_subscription import StartSubscription

FURTHEST_AHEAD = timedelta(days=2 * 366)
FURTHEST_BACK = timedelta(days=366)


class ItemsDiffer(Refusal):
    """The items cannot stand on one invoice: they differ in interval or in tax behaviour."""


class StartOutOfRange(Refusal):
    """A subscription starts at most one year back and two years ahead."""


class QuantityOutOfRange(Refusal):
    """A quantity is a whole number from 0 to 1,000,000,000."""


class PaymentMethodNotUsable(Refusal):
    """The payment method is another customer's, or was detached."""

    kind = Kind.CONFLICT


def agree_on_subscription(
    uow: UnitOfWork, command: "StartSubscription"
) -> tuple[Subscription, tuple[Item, ...], Move]:
    """Return the subscription as it is agreed, its items, and the move that made it; unstored.

    Its first thing is due when its first day begins. Raises: NotFound, ItemsDiffer,
    NoPriceInCurrency, StartOutOfRange, QuantityOutOfRange, PaymentMethodNotUsable,
    AlignmentNotPossible, ContractOutsidePeriod.
    """
    customer = _customer(uow, command)
    plans = _plans(uow, command)
    registration = _registration(uow, command, customer, plans)
    _check_method(uow, command, customer.buyer_id)
    start = _start(command, customer.timezone)
    trial_days = _trial_days(uow, command, plans)
    paid = start + timedelta(days=trial_days)
    ids = iter(new_ids(command.at, len(plans) + 1))
    subscription = Subscription(
        id=command.id,
        customer_id=customer.id,
        registration_id=registration.id,
        status=Status.INCOMPLETE,
        collection_method=command.collection_method,
        days_until_due=_days_until_due(uow, command),
        currency=customer.currency,
        timezone=customer.timezone,
        interval=plans[0].interval,
        tax_behavior=plans[0].tax_behavior,
        start_on=start,
        billing_anchor=_anchor(command, plans[0].interval, paid, registration),
        trial_end=paid if trial_days else None,
        period=None,
        next_billing_at=start_of_day(start, customer.timezone),
        cancel_on=None,
        cancel_reason=None,
        canceled_at=None,
        ended_on=None,
        payment_method_id=command.payment_method_id,
        billed_on=None,
        billed_count=0,
        mrr=0,
        created_at=command.at,
        waits_for_payment=command.waits_for_payment,
        missing_method=command.missing_method,
        usage_threshold=command.usage_threshold,
    )
    subscription = contracted(subscription, paid, cycles=command.cycles, ends_on=command.ends_on)
    created = Move(
        next(ids), command.id, None, Status.INCOMPLETE, "created", command.actor, command.at
    )
    return subscription, _items(uow, command, customer, plans, ids), created


def _trial_days(uow: UnitOfWork, command: "StartSubscription", plans: Sequence[Plan]) -> int:
    """Return how long the trial is: as asked for, or of plans whose product is new to them."""
    asked = command.trial_days
    offering = plans if asked else [plan for plan in plans if plan.trial_days and asked is None]
    if not offering:
        return 0
    new = Trials(uow.connection).claim(
        command.customer_id,
        [plan.product_id for plan in offering],
        subscription_id=command.id,
        at=command.at,
    )
    if asked is not None:
        return asked
    return max((plan.trial_days for plan in offering if plan.product_id in new), default=0)


def _anchor(
    command: "StartSubscription", interval: Interval, paid: date, registration: Registration
) -> date:
    if command.align is None:
        return command.billing_anchor or paid
    if command.billing_anchor is not None:
        raise AlignmentNotPossible(
            "Periods follow an anchor of their own or the calendar, not both", param="align"
        )
    return aligned_anchor(command.align, interval, paid, registration.seller.country)


def _start(command: "StartSubscription", zone: str) -> date:
    today = day_of(command.at, zone)
    start = command.start_on or today
    if not today - FURTHEST_BACK <= start <= today + FURTHEST_AHEAD:
        raise StartOutOfRange(f"{start} is more than a year back or two ahead", param="start_date")
    return start


def _days_until_due(uow: UnitOfWork, command: "StartSubscription") -> int:
    if command.days_until_due is not None:
        return command.days_until_due
    if command.collection_method is CollectionMethod.CHARGE_AUTOMATICALLY:
        return 0
    return uow.tenants.get().policies.days_until_due


def _customer(uow: UnitOfWork, command: "StartSubscription") -> Customer:
    customer = uow.customers.get(command.customer_id)
    if customer is None:
        raise NotFound("customer", public_id("cus", command.customer_id), param="customer")
    return customer


def _plans(uow: UnitOfWork, command: "StartSubscription") -> list[Plan]:
    """Return the plan of each item, in order; they share interval and tax behaviour."""
    found = {plan.id: plan for plan in uow.catalog.plans([i.plan_id for i in command.items])}
    plans = []
    for position, item in enumerate(command.items):
        if item.plan_id not in found:
            param = f"items.{position}.plan"
            raise NotFound("plan", public_id("plan", item.plan_id), param=param)
        plans.append(found[item.plan_id])
    first = plans[0]
    for position, plan in enumerate(plans):
        if (plan.interval, plan.tax_behavior) != (first.interval, first.tax_behavior):
            raise ItemsDiffer(
                f"{first.code} is billed every {first.interval}, tax {first.tax_behavior}; "
                f"{plan.code} every {plan.interval}, tax {plan.tax_behavior}: "
                "make them two subscriptions",
                param=f"items.{position}.plan",
            )
    return plans


def _items(
    uow: UnitOfWork,
    command: "StartSubscription",
    customer: Customer,
    plans: Sequence[Plan],
    ids: Iterator[UUID],
) -> tuple[Item, ...]:
    on = day_of(command.at, customer.timezone)
    own = uow.own_prices.on(customer.id, [plan.id for plan in plans], on)
    items = []
    for position, (wanted, plan) in enumerate(zip(command.items, plans, strict=True)):
        if not 0 <= wanted.quantity <= LARGEST_QUANTITY:
            raise QuantityOutOfRange(
                f"a quantity is from 0 to {LARGEST_QUANTITY}", param=f"items.{position}.quantity"
            )
        price: Price = price_for(plan, customer.currency, own, param=f"items.{position}.plan")
        _check_amount(price, wanted.quantity, param=f"items.{position}.quantity")
        items.append(
            Item(
                next(ids),
                position,
                plan.id,
                price.id,
                plan.name,
                "",
                price.model,
                price.amount,
                wanted.quantity,
                price.terms,
            )
        )
    return tuple(items)


def _check_amount(price: Price, quantity: int, *, param: str) -> None:
    """Refuse here what billing would refuse, where the caller's field is known."""
    try:
        if price.terms is None:
            price_of(price.model, price.amount, quantity)
        else:
            price_at(price.terms, quantity)
    except AmountTooLarge as refusal:
        raise AmountTooLarge(refusal.detail, param=param) from None


def _registration(
    uow: UnitOfWork, command: "StartSubscription", customer: Customer, plans: Sequence[Plan]
) -> Registration:
    buyer = customer
    if customer.payer_id is not None:
        buyer = uow.customers.of([customer.payer_id])[customer.payer_id]
    return choose_registration(
        uow,
        command.registration_id,
        buyer,
        products={plan.product_id for plan in plans},
        on=day_of(command.at, customer.timezone),
    )


def _check_method(uow: UnitOfWork, command: "StartSubscription", buyer_id: UUID) -> None:
    if command.payment_method_id is None:
        return
    method = uow.payment_methods.get(command.payment_method_id)
    id = public_id("pm", command.payment_method_id)
    if method is None:
        raise NotFound("payment method", id, param="payment_method")
    if method.customer_id != buyer_id or method.detached_at is not None:
        raise PaymentMethodNotUsable(
            f"{id} cannot pay for this customer: it is another's, or was detached",
            param="payment_method",
        )
