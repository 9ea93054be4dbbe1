"""Cancel a subscription: now, on a day, or at the end of what is paid for."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import psycopg

from khata.core.endings import AT_ONCE, AT_PERIOD_END
from khata.core.events import SubscriptionCancelScheduled
from khata.core.ids import public_id
from khata.core.periods import day_of
from khata.core.proration import ProrationPolicy
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.renewal import Renewal
from khata.core.subscription import Status, Subscription, awaits_payment
from khata.core.waiting import next_thing_at
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.decide_end_now import decide_end_now
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.billing.store_end import store_end
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.subscriptions.agree_on_subscription import FURTHEST_AHEAD


class AlreadyCanceled(Refusal):
    """The subscription has ended, or its end is set already."""

    kind = Kind.CONFLICT


class EndOutsidePeriod(Refusal):
    """The day of the end is over, or is more than two years ahead."""


class When(StrEnum):
    NOW = "now"
    PERIOD_END = "period_end"


@dataclass(frozen=True, slots=True)
class CancelSubscription:
    """`when` is now, the period's end, or a day of the customer's calendar: the first without.

    `policy` says how unused days are credited; None: what was billed stays billed.
    `reason` is the customer's or the tenant's own words.
    """

    tenant: UUID
    id: UUID
    at: datetime
    when: When | date
    reason: str | None = None
    actor: str = "api"
    policy: ProrationPolicy | None = None


def cancel_subscription(command: CancelSubscription, *, tools: Tools, db: Database) -> Subscription:
    """End a subscription now, or set the day on which it will end.

    Now: nothing more is billed, and what is owed stays owed but is retried no more; the day on
    which it ends was used, and days after it are credited where that is asked for. What was due
    before is billed first, and all that is billed here is collected at once.
    At period end: it renews no more; a trial ends without ever being billed. What has no paid
    period (unpaid, not begun) ends now. Raises: NotFound, AlreadyCanceled, EndOutsidePeriod.
    """
    with db.transaction(command.tenant) as uow:
        locked = uow.subscriptions.lock([command.id])
        if not locked:
            raise NotFound("subscription", public_id("sub", command.id))
        subscription, invoices = renew_first(uow, locked[0], at=command.at)
        ends_on, renewal = decide_end(uow, subscription, command)
        if renewal is None:
            after = _scheduled(uow, subscription, ends_on, command)
        else:
            after, last = _ended(uow, renewal, command)
            invoices += last
    with suppress(psycopg.OperationalError):  # they are stored and due, whatever happens here
        settle_invoices(SettleInvoices(command.tenant, command.at, invoices), tools=tools)
    return after


def decide_end(
    uow: UnitOfWork, subscription: Subscription, command: CancelSubscription, *, lock: bool = True
) -> tuple[date, Renewal | None]:
    """Return the day of the end and what it brings; None where that is decided on a day to come.

    Raises: AlreadyCanceled, EndOutsidePeriod.
    """
    if subscription.status is Status.CANCELED:
        raise AlreadyCanceled(f"This subscription ended on {subscription.ended_on}")
    today = day_of(command.at, subscription.timezone)
    ends_on = _ends_on(subscription, command.when, today)
    if awaits_payment(subscription):
        ends_on = today  # there is no service that it could still have
    if ends_on > today:
        if subscription.ends_early or ends_on == subscription.cancel_on:
            raise AlreadyCanceled(f"This subscription is set to end on {subscription.cancel_on}")
        return ends_on, None
    ending = replace(
        subscription,
        cancel_on=today,
        cancel_reason=command.reason or AT_ONCE,
        canceled_at=command.at,
        cancel_policy=command.policy,
    )
    return today, decide_end_now(uow, ending, at=command.at, lock=lock)


def _ends_on(subscription: Subscription, when: When | date, today: date) -> date:
    if isinstance(when, date):
        if not today <= when <= today + FURTHEST_AHEAD:
            raise EndOutsidePeriod(
                f"{when} is over or more than two years ahead; today is {today}", param="when"
            )
        return when
    if when is When.NOW or subscription.period is None or subscription.next_billing_at is None:
        return today
    return subscription.period.end


def _scheduled(
    uow: UnitOfWork, subscription: Subscription, ends_on: date, command: CancelSubscription
) -> Subscription:
    changed = replace(
        subscription,
        cancel_on=ends_on,
        cancel_reason=command.reason or AT_PERIOD_END,
        canceled_at=command.at,
        cancel_policy=command.policy,
    )
    scheduled = uow.schedule.waiting_of([subscription.id]).get(subscription.id, ())
    changed = replace(changed, next_billing_at=next_thing_at(changed, scheduled))
    uow.subscriptions.change([changed])
    event = SubscriptionCancelScheduled(subscription.id, subscription.customer_id, ends_on)
    uow.events.add([event], command.at)
    return changed


def _ended(
    uow: UnitOfWork, renewal: Renewal, command: CancelSubscription
) -> tuple[Subscription, tuple[UUID, ...]]:
    """Write an end that was decided, and return it with its last invoice, if there is one."""
    assert renewal.move is not None
    asked_by = replace(renewal, move=replace(renewal.move, actor=command.actor))
    store_end(uow, asked_by, command.at)
    return renewal.after, () if renewal.invoice is None else (renewal.invoice.id,)
