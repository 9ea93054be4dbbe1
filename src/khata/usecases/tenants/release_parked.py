"""Release parked work: a person has looked, and it may be tried again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.stores.attempts import Attempts
from khata.db.stores.parked import ParkedWork
from khata.db.stores.reconciliations import Reconciliations
from khata.db.stores.settlement_fetches import SettlementFetches
from khata.db.stores.settlements import Settlements
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments.refund_again import refund_again


@dataclass(frozen=True, slots=True)
class ReleaseParked:
    tenant: UUID
    id: UUID
    at: datetime


def release_parked(command: ReleaseParked, *, db: Database) -> ParkedWork:
    """Make parked work due again: a renewal for the day it was due, the rest at once.

    What is still wrong parks it again. Raises: NotFound, AlreadyReleased.
    """
    with db.transaction(command.tenant) as uow:
        return take_up(uow, command.id, command.at)


def take_up(uow: UnitOfWork, id: UUID, at: datetime) -> ParkedWork:
    """Release the work inside the caller's transaction. Raises: NotFound, AlreadyReleased."""
    work = uow.parked.release(id, at)
    give_back = _GIVE_BACK.get(work.kind)
    if give_back is not None:
        give_back(uow, work, at)
    return work


def _subscription(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    uow.subscriptions.give_back(work.subject_id, work.resume_at or at)


def _attempt(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    Attempts(uow.connection).ask_again(work.subject_id, at)


def _payment(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    uow.payments.give_back(work.subject_id, at)
    uow.dunning.give_back(work.subject_id)


def _refund(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    refund_again(uow, work.subject_id, at=at)


def _reminder(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    uow.reminders.next_at(work.subject_id, work.resume_at or at)


def _mail(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    uow.mails.try_again(work.subject_id, at)


def _document(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    """Render what broke again; a file that is lost is looked for again, and then replaced."""
    uow.renderings.try_again(work.subject_id, at)
    invoice = uow.documents.let_be_replaced(work.subject_id)
    if invoice is not None:
        uow.renderings.want([invoice], at)


def _event(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    uow.events.wait_again(work.subject_id)


def _reconciliation(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    Reconciliations(uow.connection).again(work.subject_id, at)


def _settlement(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    """Ask for its account's payouts again: one that did not add up is then looked at anew."""
    settlement = Settlements(uow.connection).get(work.subject_id)
    if settlement is not None:
        SettlementFetches(uow.connection).again(settlement.account_id, at)


def _job(uow: UnitOfWork, work: ParkedWork, at: datetime) -> None:
    uow.bells.release(work.subject_id)


_GIVE_BACK: dict[str, Callable[[UnitOfWork, ParkedWork, datetime], None]] = {
    "subscription": _subscription,
    "payment": _payment,
    "attempt": _attempt,
    "refund": _refund,
    "reminder": _reminder,
    "mail": _mail,
    "event": _event,
    "document": _document,
    "reconciliation": _reconciliation,
    "settlement": _settlement,
    "job": _job,
}
