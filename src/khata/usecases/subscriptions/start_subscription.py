"""Start a subscription: agree on it, and bill what is due of it at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from khata.core.catalog import Item, Plan, Price
from khata.core.customer import Customer
from khata.core.events import SubscriptionCreated
from khata.core.ids import new_ids, public_id
from khata.core.money import LARGEST_QUANTITY
from khata.core.periods import day_of, start_of_day
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.registration import Registration
from khata.core.renewal import mrr_of
from khata.core.subscription import CollectionMethod, Move, Status, Subscription
from khata.core.terms import TermsOfDay
from khata.db.stores.due import DueWork, with_terms
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.renew_due_subscriptions import decide
from khata.usecases.billing.renew_due_subscriptions import store as store_renewals
from khata.usecases.work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.work.tools import Tools

MOST_ITEMS = 20
FURTHEST_AHEAD = timedelta(days=2 * 366)
FURTHEST_BACK = timedelta(days=366)
MOST_PERIODS = 400  # a year back, daily, is 366


class ItemsDiffer(Refusal):
    """The items cannot stand on one invoice: they differ in interval or in tax behaviour."""


class StartOutOfRange(Refusal):
    """A subscription starts at most one year back and two years ahead."""


class QuantityOutOfRange(Refusal):
    """A quantity is a whole number from 0 to 1,000,000,000."""


class PaymentMethodNotUsable(Refusal):
    """The payment method is another customer's, or was detached."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class WantedItem:
    plan_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class StartSubscription:
    """`start_on` and `billing_anchor` are days of the customer's calendar.

    Without `billing_anchor` periods are counted from the first day that is paid for;
    without `trial_days` the plan's own trial is given (the longest of the items').
    """

    tenant: UUID
    id: UUID
    at: datetime
    customer_id: UUID
    items: Sequence[WantedItem]
    collection_method: CollectionMethod
    days_until_due: int | None = None  # None: the tenant's policy, or 0 where we collect
    start_on: date | None = None  # None: the customer's day of `at`
    billing_anchor: date | None = None
    trial_days: int | None = None
    payment_method_id: UUID | None = None
    registration_id: UUID | None = None
    metadata: Mapping[str, str] | None = None
    actor: str = "api"


def start_subscription(command: StartSubscription, *, tools: Tools, db: Database) -> Subscription:
    """Store the agreement and every invoice that is due of it, then collect those at once.

    All is refused or stored together. A start in the past catches up in order.
    Raises: NotFound, ItemsDiffer, NoPriceInCurrency, StartOutOfRange, AmountTooLarge, and what
    the tax law refuses (StateRequired, GstinStateMismatch).
    """
    with db.transaction(command.tenant) as uow:
        subscription, items, created = _agreed(uow, command)
        uow.subscriptions.add(subscription, items, command.metadata or {})
        uow.subscriptions.add_moves([created])
        uow.events.add([SubscriptionCreated(command.id, command.customer_id)], command.at)
        invoices = _caught_up(uow, command)
        if not invoices:
            _check(uow, command)
    settle = SettleInvoices(command.tenant, command.at, tuple(invoices))
    settle_invoices(settle, tools=tools)
    with db.transaction(command.tenant) as uow:
        return uow.subscriptions.get(command.id)


def _caught_up(uow: UnitOfWork, command: StartSubscription) -> list[UUID]:
    """Bill the new subscription, a batch of one, until nothing is due; the first refusal is all."""
    work = DueWork(uow.connection)
    invoices = []
    for _ in range(MOST_PERIODS):
        taken = work.take([command.id], command.at)
        if not taken:
            break
        renewals, refused = decide(uow, taken, at=command.at, issued_on=None)
        if refused:
            raise refused[0].refusal
        store_renewals(uow, renewals, command.at)
        invoices += [renewal.invoice.id for renewal in renewals if renewal.invoice is not None]
    return invoices


def _check(uow: UnitOfWork, command: StartSubscription) -> None:
    """Refuse now what the first invoice would refuse later: decide it without storing."""
    work = DueWork(uow.connection)
    taken = work.read(command.id)
    today = day_of(command.at, uow.tenants.get().timezone)
    sellers = work.sellers([taken.subscription.registration_id])
    due, refused = with_terms([taken], TermsOfDay(today, sellers))
    if refused:
        raise refused[0].refusal
    for item in due[0].items:
        due[0].terms.heads_of(item.tax_code)
    mrr_of(due[0].items, due[0].subscription, due[0].terms)


def _agreed(
    uow: UnitOfWork, command: StartSubscription
) -> tuple[Subscription, tuple[Item, ...], Move]:
    customer = _customer(uow, command)
    plans = _plans(uow, command)
    registration = _registration(uow, command)
    _check_method(uow, command)
    tenant = uow.tenants.get()
    today = day_of(command.at, customer.timezone)
    start = command.start_on or today
    if not today - FURTHEST_BACK <= start <= today + FURTHEST_AHEAD:
        raise StartOutOfRange(f"{start} is more than a year back or two ahead", param="start_date")
    trial_days = command.trial_days
    if trial_days is None:
        trial_days = max(plan.trial_days for plan in plans)
    paid = start + timedelta(days=trial_days)
    ids = iter(new_ids(command.at, len(plans) + 1))
    automatic = command.collection_method is CollectionMethod.CHARGE_AUTOMATICALLY
    days = command.days_until_due
    if days is None:
        days = 0 if automatic else tenant.policies.days_until_due
    subscription = Subscription(
        id=command.id,
        customer_id=customer.id,
        registration_id=registration.id,
        status=Status.INCOMPLETE,
        collection_method=command.collection_method,
        days_until_due=days,
        currency=customer.currency,
        timezone=customer.timezone,
        interval=plans[0].interval,
        tax_behavior=plans[0].tax_behavior,
        start_on=start,
        billing_anchor=command.billing_anchor or paid,
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
    )
    created = Move(
        next(ids), command.id, None, Status.INCOMPLETE, "created", command.actor, command.at
    )
    return subscription, _items(uow, command, customer, plans, ids), created


def _customer(uow: UnitOfWork, command: StartSubscription) -> Customer:
    customer = uow.customers.get(command.customer_id)
    if customer is None:
        raise NotFound("customer", public_id("cus", command.customer_id), param="customer")
    return customer


def _plans(uow: UnitOfWork, command: StartSubscription) -> list[Plan]:
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
    command: StartSubscription,
    customer: Customer,
    plans: Sequence[Plan],
    ids: Iterator[UUID],
) -> tuple[Item, ...]:
    items = []
    for position, (wanted, plan) in enumerate(zip(command.items, plans, strict=True)):
        if not 0 <= wanted.quantity <= LARGEST_QUANTITY:
            raise QuantityOutOfRange(
                f"a quantity is from 0 to {LARGEST_QUANTITY}", param=f"items.{position}.quantity"
            )
        price: Price = plan.price_in(customer.currency, param=f"items.{position}.plan")
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
            )
        )
    return tuple(items)


def _registration(uow: UnitOfWork, command: StartSubscription) -> Registration:
    if command.registration_id is None:
        return uow.sellers.default()
    registration = uow.sellers.get(command.registration_id)
    if registration is None:
        id = public_id("reg", command.registration_id)
        raise NotFound("registration", id, param="registration")
    return registration


def _check_method(uow: UnitOfWork, command: StartSubscription) -> None:
    if command.payment_method_id is None:
        return
    method = uow.customers.method(command.payment_method_id)
    id = public_id("pm", command.payment_method_id)
    if method is None:
        raise NotFound("payment method", id, param="payment_method")
    if method.customer_id != command.customer_id or method.detached_at is not None:
        raise PaymentMethodNotUsable(
            f"{id} cannot pay for this customer: it is another's, or was detached",
            param="payment_method",
        )
