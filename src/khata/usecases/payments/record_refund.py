"""Record what became of a refund: the one door for answers, look-ups and webhooks."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.events import RefundSucceeded
from khata.core.ids import new_id
from khata.core.ledger.booking import refund_failed_after_all, refund_made
from khata.core.ledger.posting import Entry
from khata.core.payment import Answer, Outcome, Refund, RefundStatus
from khata.core.periods import day_of
from khata.db.stores.attempts import Attempts
from khata.db.stores.parked import ParkedWork
from khata.db.stores.refunds import Refunds
from khata.db.transaction import UnitOfWork
from khata.usecases.settlements.find_lines import find_lines

_MOST_TRIES = 12  # 5, 10, 20 … minutes apart: three and a half days and more
_REFUSED = "The gateway refused the refund; it stays a credit"
_CAME_BACK = "The refund did not arrive after all: the bank sent it back; it is a credit again"


def record_refund(uow: UnitOfWork, id: UUID, answer: Answer, *, at: datetime) -> None:
    """Write what became of it, under its lock. The same told twice is no news.

    A refund that the gateway said had succeeded may still come back: then its booking is undone
    and the money is a credit again.
    """
    refund = Refunds(uow.connection).lock(id)
    if refund.status is RefundStatus.SENDING:
        _end(uow, refund, answer, at)
    elif refund.status is RefundStatus.SUCCEEDED and answer.outcome is Outcome.FAILED:
        _undo(uow, refund, at)


def _end(uow: UnitOfWork, refund: Refund, answer: Answer, at: datetime) -> None:
    refunds = Refunds(uow.connection)
    if answer.outcome is Outcome.SUCCEEDED:
        _succeed(uow, refund, answer, at)
    elif answer.outcome is Outcome.FAILED:
        failed = replace(
            refund,
            status=RefundStatus.FAILED,
            gateway_reference=answer.reference,
            ask_at=None,
            finished_at=at,
        )
        refunds.change(failed)
        _find_line(uow, failed, at)
        _park(uow, refund, answer.decline_code or "refund_failed", _REFUSED, at)
    elif refund.asks >= _MOST_TRIES:
        refunds.change(replace(refund, ask_at=None))
        _park(uow, refund, "outcome_unknown", "The gateway has not answered the refund", at)


def _succeed(uow: UnitOfWork, refund: Refund, answer: Answer, at: datetime) -> None:
    made = replace(
        refund,
        status=RefundStatus.SUCCEEDED,
        gateway_reference=answer.reference,
        ask_at=None,
        finished_at=at,
    )
    Refunds(uow.connection).change(made)
    entry = refund_made(
        id=new_id(at),
        refund_id=refund.id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=refund.currency,
        amount=refund.amount,
    )
    uow.books.post([_of_account(uow, refund, entry)], at)
    uow.events.add(
        [
            RefundSucceeded(
                refund.id, refund.attempt_id, refund.invoice_id, refund.currency, refund.amount
            )
        ],
        at,
    )
    _find_line(uow, made, at)


def _find_line(uow: UnitOfWork, refund: Refund, at: datetime) -> None:
    """Take what a payout told of it, before its reference was known here, out of suspense."""
    account_id = Attempts(uow.connection).get(refund.attempt_id).gateway_account_id
    if account_id is not None and refund.gateway_reference is not None:
        find_lines(uow, account_id, at=at, reference=refund.gateway_reference)


def _undo(uow: UnitOfWork, refund: Refund, at: datetime) -> None:
    Refunds(uow.connection).change(replace(refund, status=RefundStatus.FAILED, finished_at=at))
    entry = refund_failed_after_all(
        id=new_id(at),
        refund_id=refund.id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=refund.currency,
        amount=refund.amount,
    )
    uow.books.post([_of_account(uow, refund, entry)], at)
    _park(uow, refund, "refund_came_back", _CAME_BACK, at)


def _of_account(uow: UnitOfWork, refund: Refund, entry: Entry) -> Entry:
    """Return the entry as one of the gateway account that took the money."""
    attempt = Attempts(uow.connection).get(refund.attempt_id)
    return replace(entry, gateway_account_id=attempt.gateway_account_id)


def _park(uow: UnitOfWork, refund: Refund, code: str, reason: str, at: datetime) -> None:
    uow.parked.add([ParkedWork("refund", refund.id, code, reason, at)], at)
