"""Chase what is to be told again: invoices that are overdue, and trials that end soon."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.core.refusal import Refusal, unforeseen
from khata.db.stores.parked import ParkedWork
from khata.db.stores.reminders import Reminder, ReminderKind
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.dunning.chase_overdue import chase_overdue
from khata.usecases.subscriptions.announce_trial_end import announce_trial_end

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ChaseDueReminders:
    tenant: UUID
    at: datetime
    limit: int = 1000


def chase_due_reminders(command: ChaseDueReminders, *, db: Database) -> int:
    """Do what the due reminders are about, one by one, and return how many there were.

    One that breaks or refuses is parked alone, under the same lock; the others go on.
    """
    done = 0
    while done < command.limit and _chase_one(command, db):
        done += 1
    return done


def _chase_one(command: ChaseDueReminders, db: Database) -> bool:
    at = command.at
    with db.transaction(command.tenant) as uow:
        reminder = uow.reminders.take_due(at)
        if reminder is None:
            return False
        try:
            with uow.connection.transaction():  # a savepoint: the lock outlives the fault
                uow.reminders.next_at(reminder.id, _chased(uow, reminder, at))
        except psycopg.OperationalError:
            raise
        except Exception as fault:
            uow.parked.add([_parked(reminder, fault)], at)
            uow.reminders.next_at(reminder.id, None)
    return True


def _chased(uow: UnitOfWork, reminder: Reminder, at: datetime) -> datetime | None:
    """Do what the reminder is about and return when it is due again."""
    if reminder.kind is ReminderKind.OVERDUE:
        assert reminder.invoice_id is not None
        return chase_overdue(uow, reminder.invoice_id, planned_at=reminder.due_at, at=at)
    assert reminder.subscription_id is not None
    announce_trial_end(uow, reminder.subscription_id, at=at)
    return None


def _parked(reminder: Reminder, fault: Exception) -> ParkedWork:
    code, reason = "reminder_failed", ""
    if isinstance(fault, Refusal):
        code, reason = fault.code, fault.detail
    else:
        _log.exception("reminder_failed")
        reason = unforeseen(fault)
    return ParkedWork("reminder", reminder.id, code, reason, reminder.due_at)
