"""Take back a change that is scheduled and has not happened yet."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.events import SubscriptionChangeWithdrawn
from khata.core.waiting import (
    PAUSE,
    ChangeNotScheduled,
    ScheduledChange,
    ScheduleStatus,
    next_thing_at,
)
from khata.db.transaction import Database
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.subscriptions.withdraw_pause import withdraw_pause


@dataclass(frozen=True, slots=True)
class CancelChange:
    tenant: UUID
    id: UUID
    at: datetime


def cancel_change(command: CancelChange, *, db: Database) -> ScheduledChange:
    """Let the subscription stay as it is. Raises: NotFound, ChangeNotScheduled."""
    with db.transaction(command.tenant) as uow:
        subscription_id = uow.schedule.get(command.id).subscription_id
        [locked] = uow.subscriptions.lock([subscription_id])
        subscription, _ = renew_first(uow, locked, at=command.at)  # the change may be due
        change = uow.schedule.get(command.id)  # as it is now that nobody else can decide it
        if change.status is not ScheduleStatus.SCHEDULED:
            raise ChangeNotScheduled(f"This change is {change.status}; only one that waits is")
        if change.kind == PAUSE:
            withdraw_pause(uow, subscription, at=command.at)
            return uow.schedule.get(command.id)
        uow.schedule.finish([change.id], ScheduleStatus.CANCELED, command.at)
        left = uow.schedule.waiting_of([subscription.id]).get(subscription.id, ())
        if subscription.next_billing_at is not None:
            at = next_thing_at(subscription, left)
            uow.subscriptions.change([replace(subscription, next_billing_at=at)])
        withdrawn = SubscriptionChangeWithdrawn(
            subscription.id, subscription.customer_id, change.id
        )
        uow.events.add([withdrawn], command.at)
        return uow.schedule.get(command.id)
