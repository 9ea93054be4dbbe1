"""The billing run: all of one tenant's due subscriptions, as of a day, batch after batch."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import psycopg
import structlog

from khata.core.account import Tenant
from khata.core.periods import day_of, start_of_day
from khata.core.refusal import Refusal
from khata.db.stores.due import DueWork, Refused
from khata.db.stores.runs import BillingRun
from khata.db.transaction import Database
from khata.usecases.billing.renew_due_subscriptions import (
    Batch,
    RenewDueSubscriptions,
    park,
    renew_due_subscriptions,
    renew_taken,
)

_log = structlog.get_logger(__name__)

# Lost to another transaction, not to a mistake: the same batch succeeds when it is asked again.
_PASSING = psycopg.OperationalError

# A slip of the pen must not bill a lifetime.
FURTHEST_BACK = timedelta(days=3653)
FURTHEST_AHEAD = timedelta(days=366)


class AsOfInFuture(Refusal):
    """A live tenant's run cannot bill for a day that has not come."""


class AsOfOutOfRange(Refusal):
    """A run is as of a day at most ten years back or one year ahead."""


class RenewalFailed(Refusal):
    """A renewal broke on a fault of ours; the subscription is set aside and the rest go on."""


@dataclass(frozen=True, slots=True)
class RunBilling:
    """`cause` is who asked: scheduler, clock, api or cli."""

    tenant: UUID
    id: UUID
    as_of: date  # a day of the tenant's calendar
    at: datetime
    cause: str
    batch: int = 500


def run_billing(command: RunBilling, *, db: Database) -> BillingRun:
    """Bill everything that is due by the end of `as_of`, and tell what was made.

    Any number of runs may go on at once; each row is billed by the one that holds it.
    A test tenant may run a day that has not come: its documents bear that day's date.
    Raises: AsOfInFuture, AsOfOutOfRange.
    """
    with db.transaction(command.tenant) as uow:
        due_by, at, issued_on = _moment(command, uow.tenants.get())
        uow.runs.begin(command.id, command.as_of, command.cause, command.at)
    invoices = parked = 0
    limit = command.batch
    while True:
        work = RenewDueSubscriptions(command.tenant, due_by, at, issued_on, limit)
        batch = _renewed(work, db)
        if batch is None:
            limit //= 2
            continue
        if batch.taken == 0:
            break
        invoices += batch.invoiced
        parked += batch.parked
        limit = min(2 * limit, command.batch)
    with db.transaction(command.tenant) as uow:
        uow.runs.finish(command.id, invoices=invoices, parked=parked, at=command.at)
        return uow.runs.get(command.id)


def _moment(command: RunBilling, tenant: Tenant) -> tuple[datetime, datetime, date | None]:
    """Return up to when things are due, when the run happens, and the documents' day if not today.

    A run as of an earlier day happens now; one as of a day to come happens at that day's end.
    """
    today = day_of(command.at, tenant.timezone)
    if command.as_of == today:
        return command.at, command.at, None
    if not today - FURTHEST_BACK <= command.as_of <= today + FURTHEST_AHEAD:
        raise AsOfOutOfRange(
            f"It is {today} for this tenant; {command.as_of} is more than ten years back "
            "or a year ahead",
            param="as_of",
        )
    end = start_of_day(command.as_of + timedelta(days=1), tenant.timezone)
    end -= timedelta(microseconds=1)
    if command.as_of < today:
        return end, command.at, None
    if tenant.livemode:
        raise AsOfInFuture(
            f"It is {today} for this tenant; a run can be as of today or an earlier day",
            param="as_of",
        )
    return end, end, command.as_of


def _renewed(work: RenewDueSubscriptions, db: Database) -> Batch | None:
    """Do one batch; None after a fault: it is halved until the culprit stands alone."""
    try:
        return renew_due_subscriptions(work, db=db)
    except _PASSING:
        raise
    except Exception:
        if work.limit > 1:
            return None
    return _renewed_or_parked(work, db)


def _renewed_or_parked(work: RenewDueSubscriptions, db: Database) -> Batch:
    """Renew the one that is due the longest, or park it under the same lock: it and no other."""
    with db.transaction(work.tenant) as uow:
        taken = DueWork(uow.connection).take_due(work.due_by, limit=1)
        try:
            with uow.connection.transaction():  # a savepoint: the lock outlives the fault
                batch = renew_taken(uow, taken, at=work.at, issued_on=work.issued_on)
                uow.connection.execute("set constraints all immediate")
                return batch
        except _PASSING:
            raise
        except Exception as fault:
            park(uow, [Refused(one.subscription, _reason(fault)) for one in taken], work.at)
    return Batch(len(taken), 0, len(taken))


def _reason(fault: Exception) -> Refusal:
    if isinstance(fault, Refusal):
        return fault
    _log.exception("renewal_failed")
    return RenewalFailed(f"An unforeseen {type(fault).__name__}; the operator's log has the rest")
