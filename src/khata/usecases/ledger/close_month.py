"""Close a month: what it earned of every invoice line leaves deferred revenue for revenue."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from khata.core.events import MonthClosed
from khata.core.ids import new_id
from khata.core.ledger.booking import revenue_recognized
from khata.core.ledger.recognition import Earned, Unearned, earned_until
from khata.core.periods import day_of, start_of_day
from khata.db.stores.recognition import Recognition
from khata.db.transaction import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class CloseMonth:
    tenant: UUID
    at: datetime
    batch: int = 2000


def close_month(command: CloseMonth, *, db: Database) -> int:
    """Close the tenant's oldest open month, if it has ended by `at`; return how many were closed.

    Batches are committed one by one: a crash leaves a month half closed, never a line twice.
    """
    month_end = _due(command, db)
    if month_end is None:
        return 0
    while _close_batch(command, month_end, db):
        pass
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.lock()
        if day_of(tenant.next_close_at, tenant.timezone) == month_end:
            following = _first_of_next_month(month_end)
            uow.tenants.close_next_at(start_of_day(following, tenant.timezone))
            uow.events.add([MonthClosed(new_id(command.at), month_end)], command.at)
    return 1


def _due(command: CloseMonth, db: Database) -> date | None:
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.get()
    if tenant.next_close_at > command.at:
        return None
    return day_of(tenant.next_close_at, tenant.timezone)


def _close_batch(command: CloseMonth, month_end: date, db: Database) -> bool:
    with db.transaction(command.tenant) as uow:
        recognition = Recognition(uow.connection)
        lines = recognition.take_unearned(month_end, limit=command.batch)
        if not lines:
            return False
        earned = [earned_until(month_end, line) for line in lines]
        entry_id = _booked(uow, lines, earned, month_end, command.at)
        recognition.store(earned, month_end=month_end, entry_id=entry_id)
    return True


def _booked(
    uow: UnitOfWork,
    lines: list[Unearned],
    earned: list[Earned],
    month_end: date,
    at: datetime,
) -> UUID | None:
    sums: dict[str, int] = {}
    for line, part in zip(lines, earned, strict=True):
        sums[line.currency] = sums.get(line.currency, 0) + part.amount
    id = new_id(at)
    last_day = month_end - timedelta(days=1)
    entry = revenue_recognized(id=id, source_id=id, on=last_day, amounts=sorted(sums.items()))
    if entry is None:
        return None
    uow.books.post([entry], at)
    return id


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
