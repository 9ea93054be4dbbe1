"""Start a subscription: agree on it, and bill what is due of it at once."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import psycopg

from khata.core.events import SubscriptionCreated
from khata.core.ids import new_ids
from khata.core.periods import day_of
from khata.core.renewal import make_invoice, mrr_of
from khata.core.subscription import CollectionMethod, Subscription
from khata.db.stores.due import DueWork
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.renew_due_subscriptions import decide
from khata.usecases.billing.renew_due_subscriptions import store as store_renewals
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.subscriptions.agree_on_subscription import agree_on_subscription

MOST_PERIODS = 400  # a year back, daily, is 366


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
    the tax law refuses (StateRequired, GstinStateMismatch; AddressRequired in live mode).
    """
    with db.transaction(command.tenant) as uow:
        subscription, items, created = agree_on_subscription(uow, command)
        uow.subscriptions.add(subscription, items, command.metadata or {})
        uow.subscriptions.add_moves([created])
        uow.events.add([SubscriptionCreated(command.id, command.customer_id)], command.at)
        invoices = _caught_up(uow, command)
        if not invoices:
            _check(uow, command)
    # All is stored and due; a passing trouble here must not look as if nothing had been.
    with suppress(psycopg.OperationalError):
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
    tenant = uow.tenants.get()
    today = day_of(command.at, tenant.timezone)
    due, refused = work.with_terms([taken], on=today)
    if refused:
        raise refused[0].refusal
    first = taken.subscription.trial_end or taken.subscription.start_on
    ids = iter(new_ids(command.at, len(taken.items) + 1))
    make_invoice(due[0], first, today=today, policies=tenant.policies, ids=ids)
    mrr_of(due[0].items, due[0].subscription, due[0].terms)
