"""Foresee what will be due in the next twelve months: decide without store, step after step."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.billing_calendar import CalendarEntry, a_year_after, foresee, undecided
from khata.core.ids import new_id, public_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound, Refusal
from khata.core.subscription import Status
from khata.db.stores.due import DueWork
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.read_foreseeing import read_foreseeing

MOST_SUBSCRIPTIONS = 100


@dataclass(frozen=True, slots=True)
class ForeseeCalendar:
    """Of one subscription, or of all that a customer has."""

    tenant: UUID
    at: datetime
    subscription_id: UUID | None = None
    customer_id: UUID | None = None


def foresee_calendar(command: ForeseeCalendar, *, db: Database) -> list[CalendarEntry]:
    """Return what will be due, in the order of days; nothing is stored. Raises: NotFound."""
    with db.transaction(command.tenant) as uow:
        entries = [
            entry
            for id in _subscriptions(uow, command)
            for entry in _foreseen(uow, id, at=command.at)
        ]
    return sorted(entries, key=lambda entry: (entry.on, entry.subscription_id))


def _subscriptions(uow: UnitOfWork, command: ForeseeCalendar) -> list[UUID]:
    if command.subscription_id is not None:
        return [command.subscription_id]
    assert command.customer_id is not None
    if uow.customers.get(command.customer_id) is None:
        raise NotFound("customer", public_id("cus", command.customer_id))
    return uow.subscriptions.due_of_customer(command.customer_id, limit=MOST_SUBSCRIPTIONS)


def _foreseen(uow: UnitOfWork, id: UUID, *, at: datetime) -> list[CalendarEntry]:
    work = DueWork(uow.connection)
    taken = work.read(id)
    subscription = taken.subscription
    if subscription.next_billing_at is None or subscription.status is Status.CANCELED:
        return []
    try:
        due, by = read_foreseeing(uow, taken, at=at)
    except Refusal as refusal:
        return [undecided(subscription, taken.items, refusal)]
    until = a_year_after(day_of(at, subscription.timezone))
    return foresee(due, by, until, iter(lambda: new_id(at), None))
