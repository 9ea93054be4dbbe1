"""Bill usage early, at a threshold, and alone what is known late: one batch of due work."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from khata.core.due import Due
from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.core.policies import Policies
from khata.core.refusal import Refusal
from khata.core.renewal import Renewal
from khata.core.subscription import Status
from khata.core.usage_alone import corrected_alone
from khata.core.usage_threshold import billed_early
from khata.db.retrying import retrying
from khata.db.stores.due import DueWork
from khata.db.stores.reductions import Reductions
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.renew_due_subscriptions import store as store_renewals

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BillUsageEarly:
    tenant: UUID
    at: datetime
    limit: int = 100


def bill_usage_early(command: BillUsageEarly, *, db: Database) -> int:
    """Look at the subscriptions whose customers used something, and return how many these were.

    One that somebody else holds is looked at again afterwards. What tax or pricing refuse is left
    to the renewal, which tells a person. Where none comes in time, one is looked at once more,
    when no event of what was billed can come any more; what is refused after an end is looked at
    again every day.
    """
    return retrying(db, command.tenant, lambda uow: _billed(uow, command))


def _billed(uow: UnitOfWork, command: BillUsageEarly) -> int:
    marked = uow.usage_events.take_marked(command.at, limit=command.limit)
    renewals, looked_at = [], 0
    for id in marked:
        if uow.subscriptions.lock_at_once(id) is None:
            uow.usage_events.mark_again(id, command.at)
            continue
        looked_at += 1
        renewal = _decided(uow, id, command.at)
        if renewal is not None:
            renewals.append(renewal)
            if renewal.notes:  # the next may take back of the same invoice
                store_renewals(uow, renewals, command.at)
                renewals = []
    if renewals:
        store_renewals(uow, renewals, command.at)
    return looked_at


def _decided(uow: UnitOfWork, id: UUID, at: datetime) -> Renewal | None:
    work = DueWork(uow.connection)
    taken = work.read(id, until=at)
    subscription = taken.subscription
    if subscription.next_billing_at is not None and subscription.next_billing_at <= at:
        return None  # its period is over: the renewal bills the whole
    tenant = uow.tenants.get()
    today = day_of(at, tenant.timezone)
    due, _ = work.with_terms([taken], on=today)
    if due:
        lowered = Reductions(uow.connection, [taken], locking=True).joined(due[0])
        with suppress(Refusal):
            return _billed_now(lowered, at, today, tenant.policies)
    if subscription.status is Status.CANCELED:
        uow.usage_events.mark_again(id, at + _A_DAY)
    return None


def _billed_now(due: Due, at: datetime, today: date, policies: Policies) -> Renewal | None:
    ids = iter(lambda: new_id(at), None)
    early = billed_early(due, at=at, today=today, policies=policies, ids=ids)
    return early or corrected_alone(due, at=at, today=today, policies=policies, ids=ids)
