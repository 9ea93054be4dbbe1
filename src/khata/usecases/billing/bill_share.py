"""Bill a share of what is due today: a bounded part of a run, so that other tenants have turns."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg

from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.db.transaction import Database
from khata.usecases.billing.bill_in_batches import bill_in_batches
from khata.usecases.billing.renew_due_subscriptions import RenewDueSubscriptions

SHARE: Final = 2000  # subscriptions: about a second


@dataclass(frozen=True, slots=True)
class BillShare:
    """`cause` is who asked: scheduler or clock."""

    tenant: UUID
    at: datetime
    cause: str
    most: int = SHARE
    batch: int = 500


def bill_share(command: BillShare, *, db: Database) -> int:
    """Bill at most about `most` of what is due, as a part of the day's run; return how many.

    Shares of one day are one run, whoever does them and however many at once; it is completed by
    the share that leaves nothing due. A new day is a new run, whose documents bear its date.
    """
    with db.transaction(command.tenant) as uow:
        as_of = day_of(command.at, uow.tenants.get().timezone)
        run_id = uow.runs.join(as_of, command.cause, command.at)
        if run_id is None:
            run_id = new_id(command.at)
            uow.runs.begin(run_id, as_of, command.cause, command.at)
    work = RenewDueSubscriptions(
        command.tenant, command.at, command.at, limit=command.batch, run_id=run_id
    )
    try:
        billed = bill_in_batches(work, db=db, most=command.most)
    except BaseException:
        _interrupt(command, run_id, db)
        raise
    if billed.run.status != "completed":
        _complete_if_done(command, run_id, db)
    return billed.taken


def _complete_if_done(command: BillShare, run_id: UUID, db: Database) -> None:
    """Complete the run where the share has ended just where the work did."""
    with db.transaction(command.tenant) as uow:
        if not uow.subscriptions.any_due(command.at):
            uow.runs.count(run_id, invoices=0, parked=0, is_last=True)


def _interrupt(command: BillShare, run_id: UUID, db: Database) -> None:
    with suppress(psycopg.Error), db.transaction(command.tenant) as uow:
        uow.runs.interrupt(run_id, command.at)
