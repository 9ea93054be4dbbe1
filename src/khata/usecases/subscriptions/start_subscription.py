"""Start a subscription: agree on it, and bill what is due of it at once."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import psycopg

from khata.core.catalog import Item
from khata.core.events import SubscriptionCreated
from khata.core.ids import new_id
from khata.core.period_bill import bill_period
from khata.core.periods import day_of
from khata.core.recurring_revenue import mrr_of
from khata.core.subscription import CollectionMethod, Subscription
from khata.core.tax.quotes import TaxQuoteNeeded
from khata.core.terms_of_contract import Alignment
from khata.core.trial import MissingMethod
from khata.db.stores.due import DueWork
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.catch_up import catch_up
from khata.usecases.coupons.redeem_codes import Redeemer, redeem_codes
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.subscriptions.agree_on_subscription import agree_on_subscription


@dataclass(frozen=True, slots=True)
class WantedItem:
    plan_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class StartSubscription:
    """`start_on` and `billing_anchor` are days of the customer's calendar.

    Without `billing_anchor` periods are counted from the first day that is paid for;
    without `trial_days` the plan's own trial is given (the longest of the items'), unless the
    customer has had one of that product.
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
    coupons: Sequence[str] = ()
    missing_method: MissingMethod | None = None  # what a trial does that ends without a method
    cycles: int | None = None  # how many billing periods it has
    ends_on: date | None = None  # the first day after it
    align: Alignment | None = None
    usage_threshold: int | None = None  # minor units: usage that comes to so much is billed early
    waits_for_payment: bool = False  # it begins only when its first invoice is paid
    actor: str = "api"


def start_subscription(command: StartSubscription, *, tools: Tools, db: Database) -> Subscription:
    """Store the agreement and every invoice that is due of it, then collect those at once.

    All is refused or stored together. A start in the past catches up in order.
    Raises: NotFound, ItemsDiffer, NoPriceInCurrency, StartOutOfRange, AmountTooLarge, why a
    coupon may not be redeemed, and what the tax law refuses (StateRequired, GstinStateMismatch;
    AddressRequired in live mode).
    """
    with db.transaction(command.tenant) as uow:
        subscription, items, created = agree_on_subscription(uow, command)
        uow.subscriptions.add(subscription, items, command.metadata or {})
        uow.subscriptions.add_moves([created])
        uow.events.add([SubscriptionCreated(command.id, command.customer_id)], command.at)
        _redeem(uow, command, subscription, items)
        invoices = catch_up(uow, command.id, at=command.at)
        if not invoices:
            _check(uow, command)
    # All is stored and due; a passing trouble here must not look as if nothing had been.
    with suppress(psycopg.OperationalError):
        settle = SettleInvoices(command.tenant, command.at, invoices)
        settle_invoices(settle, tools=tools)
    with db.transaction(command.tenant) as uow:
        return uow.subscriptions.get(command.id)


def _redeem(
    uow: UnitOfWork,
    command: StartSubscription,
    subscription: Subscription,
    items: Sequence[Item],
) -> None:
    """Redeem the codes; their months are counted from the first day that is paid for."""
    if not command.coupons:
        return
    by = Redeemer(
        subscription.customer_id,
        subscription.currency,
        subscription.trial_end or subscription.start_on,
        subscription.id,
        {item.plan_id for item in items},
    )
    ids = [new_id(command.at) for _ in command.coupons]
    named = [
        (id, code, f"coupons.{position}")
        for position, (id, code) in enumerate(zip(ids, command.coupons, strict=True))
    ]
    redeem_codes(uow, named, by, at=command.at)


def _check(uow: UnitOfWork, command: StartSubscription) -> None:
    """Refuse now what the first invoice would refuse later: decide it without storing."""
    work = DueWork(uow.connection)
    taken = work.read(command.id)
    tenant = uow.tenants.get()
    today = day_of(command.at, tenant.timezone)
    due, refused = work.with_terms([taken], on=today)
    if refused:
        raise refused[0].refusal
    first = taken.subscription.trial_end or taken.subscription.start_on
    ids = iter(lambda: new_id(command.at), None)
    with suppress(TaxQuoteNeeded):  # its provider is asked on the day
        bill_period(due[0], first, at=command.at, today=today, policies=tenant.policies, ids=ids)
    mrr_of(due[0].items, due[0].subscription, due[0].terms)
