"""Extend the trial of a subscription."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from khata.core.life_events import SubscriptionTrialMoved
from khata.core.refusal import Refusal
from khata.core.subscription import Subscription
from khata.core.trial import running_trial, with_trial_until
from khata.core.waiting import next_thing_at
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.subscriptions.lock_subscription import lock_subscription

LONGEST: Final = timedelta(days=730)


class TrialEndOutOfRange(Refusal):
    """A trial is extended to a later day, at most 730 days after its first."""


@dataclass(frozen=True, slots=True)
class ExtendTrial:
    """`trial_end` is the first day that is paid for, in the customer's calendar."""

    tenant: UUID
    id: UUID
    at: datetime
    trial_end: date


def extend_trial(command: ExtendTrial, *, db: Database) -> Subscription:
    """Let the trial end later. Periods that were counted from its end follow it.

    Its end is announced again. Raises: NotFound, ChangeUnderWay, NotOnTrial, TrialEndOutOfRange.
    """
    with db.transaction(command.tenant) as uow:
        locked = lock_subscription(uow, command.id)
        subscription, _ = renew_first(uow, locked, at=command.at)  # a trial may be over by now
        was = running_trial(subscription)
        if not was < command.trial_end <= subscription.start_on + LONGEST:
            raise TrialEndOutOfRange(
                f"The trial ends on {was} now, and by {subscription.start_on + LONGEST} at the "
                "latest",
                param="trial_end",
            )
        extended = with_trial_until(subscription, command.trial_end)
        scheduled = uow.schedule.waiting_of([extended.id]).get(extended.id, ())
        extended = replace(extended, next_billing_at=next_thing_at(extended, scheduled))
        _store(uow, extended, command)
    return extended


def _store(uow: UnitOfWork, extended: Subscription, command: ExtendTrial) -> None:
    uow.subscriptions.change([extended])
    uow.reminders.move_trial(extended.id, command.at)
    event = SubscriptionTrialMoved(extended.id, extended.customer_id, command.trial_end)
    uow.events.add([event], command.at)
