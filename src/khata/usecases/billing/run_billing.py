"""The billing run: all of one tenant's due subscriptions, as of a day, batch after batch."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import psycopg

from khata.core.account import Tenant
from khata.core.periods import day_of, start_of_day
from khata.core.refusal import Refusal
from khata.db.stores.runs import BillingRun
from khata.db.transaction import Database
from khata.usecases.billing.bill_in_batches import bill_in_batches
from khata.usecases.billing.renew_due_subscriptions import RenewDueSubscriptions

# A slip of the pen must not bill a lifetime.
FURTHEST_BACK = timedelta(days=3653)
FURTHEST_AHEAD = timedelta(days=366)


class AsOfInFuture(Refusal):
    """A live tenant's run cannot bill for a day that has not come."""


class AsOfOutOfRange(Refusal):
    """A run is as of a day at most ten years back or one year ahead."""


@dataclass(frozen=True, slots=True)
class RunBilling:
    """`cause` is who asked: scheduler, clock, api or cli."""

    tenant: UUID
    id: UUID
    as_of: date | None  # a day of the tenant's calendar; None: its today
    at: datetime
    cause: str
    batch: int = 500


def run_billing(command: RunBilling, *, db: Database) -> BillingRun:
    """Bill everything that is due by the end of `as_of`, and tell what was made.

    Any number of runs may go on at once; each row is billed by the one that holds it. A run that
    dies has billed whole batches, and says so; the next one finds the rest.
    A test tenant may run a day that has not come: its documents bear that day's date.
    Raises: AsOfInFuture, AsOfOutOfRange.
    """
    with db.transaction(command.tenant) as uow:
        as_of, due_by, at, issued_on = _moment(command, uow.tenants.get())
        uow.runs.begin(command.id, as_of, command.cause, command.at)
    work = RenewDueSubscriptions(
        command.tenant, due_by, at, issued_on, limit=command.batch, run_id=command.id
    )
    try:
        return bill_in_batches(work, db=db).run
    except BaseException:
        _interrupt(command, db)
        raise


def _interrupt(command: RunBilling, db: Database) -> None:
    """Say at once that the run ended early; where even that fails, the next run says it."""
    with suppress(psycopg.Error), db.transaction(command.tenant) as uow:
        uow.runs.interrupt(command.id, command.at)


def _moment(command: RunBilling, tenant: Tenant) -> tuple[date, datetime, datetime, date | None]:
    """Return the day, up to when things are due, when the run happens, and the documents' day.

    The last is None for today. A run as of an earlier day happens now; one as of a day to come
    happens at that day's end.
    """
    today = day_of(command.at, tenant.timezone)
    as_of = command.as_of or today
    if as_of == today:
        return as_of, command.at, command.at, None
    if not today - FURTHEST_BACK <= as_of <= today + FURTHEST_AHEAD:
        raise AsOfOutOfRange(
            f"It is {today} for this tenant; {as_of} is more than ten years back or a year ahead",
            param="as_of",
        )
    end = start_of_day(as_of + timedelta(days=1), tenant.timezone) - timedelta(microseconds=1)
    if as_of < today:
        return as_of, end, command.at, None
    if tenant.livemode:
        raise AsOfInFuture(
            f"It is {today} for this tenant; a run can be as of today or an earlier day",
            param="as_of",
        )
    return as_of, end, end, as_of
