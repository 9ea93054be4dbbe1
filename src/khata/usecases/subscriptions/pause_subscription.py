"""Pause a subscription: now, at the end of its period, or from a day; for good or until a day."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import psycopg

from khata.core.due import Renewal
from khata.core.ids import new_id
from khata.core.life_events import SubscriptionPauseScheduled
from khata.core.pausing import pause
from khata.core.periods import day_of
from khata.core.policies import PauseCredit
from khata.core.proration import ProrationPolicy
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import Status, Subscription
from khata.core.waiting import PAUSE, ScheduledChange, ScheduleStatus, next_thing_at
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.renew_due_subscriptions import store as store_renewals
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.subscriptions.agree_on_subscription import FURTHEST_AHEAD
from khata.usecases.subscriptions.lock_subscription import lock_subscription
from khata.usecases.subscriptions.read_standing import read_standing


class NotPausable(Refusal):
    """Only what is running can be paused, and only once."""

    kind = Kind.CONFLICT


class PauseOutsidePeriod(Refusal):
    """A pause begins today at the earliest, ends after it begins, and within two years."""


class PauseWhen(StrEnum):
    NOW = "now"
    PERIOD_END = "period_end"


@dataclass(frozen=True, slots=True)
class PauseSubscription:
    """`when` and `until` are days of the customer's calendar: the first without, the first with.

    `credit` says whether unused days are credited, None: as the tenant's policy says; `policy`
    is how they are measured.
    """

    tenant: UUID
    id: UUID
    at: datetime
    when: PauseWhen | date = PauseWhen.NOW
    until: date | None = None
    credit: PauseCredit | None = None
    policy: ProrationPolicy = ProrationPolicy.BY_DAY
    actor: str = "api"


def pause_subscription(command: PauseSubscription, *, tools: Tools, db: Database) -> Subscription:
    """Stop service and invoices now, or set the day from which there are none.

    Now: the day on which it is paused was used, and what was billed of later days is credited
    where that is asked for. A trial runs on while it is paused. What was due before is billed
    first, and collected.
    Raises: NotFound, ChangeUnderWay, NotPausable, PauseOutsidePeriod.
    """
    with db.transaction(command.tenant) as uow:
        locked = lock_subscription(uow, command.id)
        subscription, invoices = renew_first(uow, locked, at=command.at)
        planned, renewal = decide_pause(uow, subscription, command)
        if renewal is None:
            after = _scheduled(uow, planned, command)
        else:
            store_renewals(uow, [renewal], command.at)
            after = renewal.after
    with suppress(psycopg.OperationalError):  # they are stored and due, whatever happens here
        settle_invoices(SettleInvoices(command.tenant, command.at, invoices), tools=tools)
    return after


def decide_pause(
    uow: UnitOfWork, subscription: Subscription, command: PauseSubscription, *, lock: bool = True
) -> tuple[Subscription, Renewal | None]:
    """Return the pause as it is planned, and what it brings; None where it is on a day to come.

    Raises: NotPausable, PauseOutsidePeriod.
    """
    _check(subscription)
    today = day_of(command.at, subscription.timezone)
    first = _first(subscription, command.when, today)
    _check_days(first, command, today)
    planned = replace(
        subscription,
        pause_on=max(first, today),
        resume_on=command.until,
        pause_policy=command.policy.value if _credits(uow, command) else None,
    )
    if first > today:
        return planned, None
    return planned, _at_once(uow, planned, today, command, lock=lock)


def _credits(uow: UnitOfWork, command: PauseSubscription) -> bool:
    credit = command.credit or uow.tenants.get().policies.pause_credit
    return credit is PauseCredit.PRORATED


def _check(subscription: Subscription) -> None:
    if subscription.status not in (Status.TRIALING, Status.ACTIVE, Status.PAST_DUE):
        raise NotPausable(f"This subscription is {subscription.status}; it cannot be paused")
    if subscription.pause_on is not None:
        raise NotPausable(
            f"This subscription is set to be paused on {subscription.pause_on}; resume it first"
        )


def _first(subscription: Subscription, when: PauseWhen | date, today: date) -> date:
    if isinstance(when, date):
        return when
    if when is PauseWhen.NOW or subscription.period is None:
        return today
    return subscription.period.end


def _check_days(first: date, command: PauseSubscription, today: date) -> None:
    if not today <= first <= today + FURTHEST_AHEAD:
        raise PauseOutsidePeriod(f"{first} is over or more than two years ahead", param="when")
    until = command.until
    if until is not None and not first < until <= today + FURTHEST_AHEAD:
        raise PauseOutsidePeriod(
            f"A pause from {first} ends after that day and within two years, not on {until}",
            param="until",
        )


def _scheduled(uow: UnitOfWork, planned: Subscription, command: PauseSubscription) -> Subscription:
    assert planned.pause_on is not None
    scheduled = uow.schedule.waiting_of([planned.id]).get(planned.id, ())
    changed = replace(planned, next_billing_at=next_thing_at(planned, scheduled))
    uow.subscriptions.change([changed])
    uow.schedule.add(_wish(planned, command))
    event = SubscriptionPauseScheduled(
        planned.id, planned.customer_id, planned.pause_on, command.until
    )
    uow.events.add([event], command.at)
    return changed


def _wish(planned: Subscription, command: PauseSubscription) -> ScheduledChange:
    """Return the pause as it stands among the changes: the subscription itself says when."""
    assert planned.pause_on is not None
    credited = planned.pause_policy is not None
    return ScheduledChange(
        new_id(command.at),
        planned.id,
        PAUSE,
        ScheduleStatus.SCHEDULED,
        planned.pause_on,
        {
            "until": command.until.isoformat() if command.until else None,
            "credit": (PauseCredit.PRORATED if credited else PauseCredit.NONE).value,
            "proration": command.policy.value,
        },
        command.actor,
        command.at,
    )


def _at_once(
    uow: UnitOfWork,
    planned: Subscription,
    today: date,
    command: PauseSubscription,
    *,
    lock: bool,
) -> Renewal:
    """Decide a pause at once, as its renewal would on the day that was set for it."""
    documents_of = day_of(command.at, uow.tenants.get().timezone)
    due = read_standing(uow, planned, today, documents_of, lock=lock)
    seconds = planned.pause_policy == ProrationPolicy.BY_SECOND.value
    first = today if seconds else today + timedelta(days=1)
    return pause(
        due,
        first,
        at=command.at,
        today=documents_of,
        ids=iter(lambda: new_id(command.at), None),
        actor=command.actor,
        begins_at=command.at if seconds else None,
    )
