"""Store what renewals change of their subscriptions' terms: items, and what waits or waited."""

from collections.abc import Sequence
from datetime import datetime

from khata.core.ids import new_id
from khata.core.renewal import Renewal
from khata.core.subscription import Status
from khata.core.usage_periods import settles_alone
from khata.core.waiting import ScheduleStatus, WaitingItem
from khata.db.transaction import UnitOfWork


def store_changes(uow: UnitOfWork, renewals: Sequence[Renewal], at: datetime) -> None:
    """Write new items, finish the changes that were due, and let charges wait or be billed.

    Most renewals change nothing of the kind, and write nothing here.
    """
    for renewal in renewals:
        if renewal.items is not None:
            uow.subscriptions.replace_items(renewal.after.id, renewal.items)
        if renewal.after.currency != renewal.before.currency:
            uow.subscriptions.swap_currency(renewal.after.id, renewal.after.currency)
        for id, why in (renewal.dropped or {}).items():
            uow.schedule.fail(id, why, at)
        for id in renewal.withdrawn:
            uow.waiting_items.withdraw(id, at)
    uow.schedule.finish([id for r in renewals for id in r.applied], ScheduleStatus.APPLIED, at)
    uow.usage_periods.store([period for r in renewals for period in r.usage])
    uow.waiting_items.add([item for r in renewals for item in _waiting(r, at)])
    uow.waiting_items.bill({id: r.invoice.id for r in renewals if r.invoice for id in r.waited})
    watched = [renewal.after.id for renewal in renewals if _is_watched(renewal)]
    if watched:
        uow.usage_periods.watch(watched, at)


def _is_watched(renewal: Renewal) -> bool:
    """Say whether what comes late of its usage is to be billed, and no renewal will."""
    after = renewal.after
    if not after.metered:
        return False
    has_ended = renewal.move is not None and after.status is Status.CANCELED
    return has_ended or any(settles_alone(row, after) for row in renewal.usage)


def _waiting(renewal: Renewal, at: datetime) -> list[WaitingItem]:
    subscription = renewal.after
    return [
        WaitingItem(
            new_id(at),
            subscription.customer_id,
            subscription.id,
            subscription.currency,
            subscription.tax_behavior,
            charge,
            at,
        )
        for charge in renewal.waiting
    ]
