"""Record how a dispute stands: the one door for what gateways told, were asked, and answered."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.dispute import (
    ENDED,
    Dispute,
    DisputeStatus,
    MoneyKind,
    Moved,
    SeenDispute,
    moved,
    next_look,
    next_status,
    should_stand,
    warnings_due,
)
from khata.core.dispute_events import (
    DisputeClosed,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
)
from khata.core.events import Event
from khata.core.ids import new_id
from khata.core.ledger.booking_disputes import dispute_moved
from khata.core.payment import Attempt, RefundStatus, SaidBy
from khata.core.periods import day_of
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.stores.disputes import DisputeMove, Disputes
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.settlements.find_disputes import find_disputes

_TOLD = {
    MoneyKind.WITHDRAWN: DisputeFundsWithdrawn,
    MoneyKind.REINSTATED: DisputeFundsReinstated,
}
_ENDS = {
    DisputeStatus.WON: DisputeWon,
    DisputeStatus.LOST: DisputeLost,
    DisputeStatus.CLOSED: DisputeClosed,
}


@dataclass(frozen=True, slots=True)
class RecordDispute:
    """What an account's gateway said of a dispute at this moment."""

    tenant: UUID
    account_id: UUID
    seen: SeenDispute
    at: datetime
    said_by: SaidBy


def record_dispute(command: RecordDispute, *, db: Database) -> Dispute | None:
    """Keep the dispute, or how it stands now; book the money that moved since, and tell it.

    It moves forward only, under its lock: the same told twice, at once or late books nothing.
    None: it names no payment that was made with this account.
    """
    return retrying(db, command.tenant, lambda uow: _recorded(uow, command))


def _recorded(uow: UnitOfWork, command: RecordDispute) -> Dispute | None:
    disputes, seen = Disputes(uow.connection), command.seen
    known = disputes.lock_known(command.account_id, seen.reference)
    if known is None:
        attempt = _attempt(uow, command)
        if attempt is None:
            return None
        new = _new(uow, command, attempt)
        if not disputes.add(new):  # another was a moment faster
            return _recorded(uow, command)
        disputes.add_move(new.id, _move(None, new.status, command))
        opened = DisputeOpened(*_who(new), new.amount, new.reason, new.due_by)
        uow.events.add([opened], command.at)
        followed = _follows(uow, new, new.status, command, is_new=True)
        find_disputes(uow, command.account_id, at=command.at)
        return followed
    return _follows(uow, known, next_status(known.status, seen.status), command)


def _follows(
    uow: UnitOfWork,
    dispute: Dispute,
    status: DisputeStatus,
    command: RecordDispute,
    *,
    is_new: bool = False,
) -> Dispute:
    """Let follow from the gateway's word what follows: money, events, and the next look."""
    at, seen = command.at, command.seen
    to_held, to_lost = should_stand(seen, status)
    moves = moved(
        held=dispute.held,
        lost=dispute.lost,
        fee=dispute.fee,
        to_held=to_held,
        to_lost=to_lost,
        to_fee=seen.fee,
    )
    is_later = seen.due_by is not None and dispute.due_by is not None
    asks_again = is_later and seen.due_by != dispute.due_by
    has_moved = is_new or status is not dispute.status
    after = replace(
        dispute,
        status=status,
        phase=seen.phase,
        reason=seen.reason,
        due_by=seen.due_by or dispute.due_by,
        held=to_held,
        lost=to_lost,
        fee=seen.fee,
        warned=0 if asks_again else dispute.warned,
        closed_at=at if has_moved and status in ENDED else dispute.closed_at,
    )
    after = replace(after, next_look_at=next_look(after, at))
    disputes = Disputes(uow.connection)
    disputes.change(after)
    if status is not dispute.status:
        disputes.add_move(dispute.id, _move(dispute.status, status, command))
    _book(uow, after, moves, at)
    uow.events.add(_events(after, moves, has_moved=has_moved), at)
    return after


def _book(uow: UnitOfWork, dispute: Dispute, moves: tuple[Moved, ...], at: datetime) -> None:
    if not moves:
        return
    ids = Disputes(uow.connection).add_money(dispute.id, moves, at)
    on = day_of(at, uow.tenants.get().timezone)
    account = uow.gateway_accounts.get(dispute.account_id)
    stands_in = account is not None and account.is_stand_in
    entries = [
        dispute_moved(
            id=new_id(at),
            money_id=id,
            on=on,
            currency=dispute.currency,
            moved=one,
            gateway_account_id=None if stands_in else dispute.account_id,
        )
        for id, one in zip(ids, moves, strict=True)
    ]
    uow.books.post(entries, at)


def _events(dispute: Dispute, moves: tuple[Moved, ...], *, has_moved: bool) -> list[Event]:
    events: list[Event] = [
        _TOLD[one.kind](*_who(dispute), one.amount) for one in moves if one.kind in _TOLD
    ]
    if has_moved and dispute.status in _ENDS:
        is_lost = dispute.status is DisputeStatus.LOST
        amount = dispute.lost if is_lost and dispute.lost else dispute.amount
        events.append(_ENDS[dispute.status](*_who(dispute), amount))
    return events


def _who(dispute: Dispute) -> tuple[UUID, UUID, UUID, UUID, str]:
    return (
        dispute.id,
        dispute.payment_id,
        dispute.invoice_id,
        dispute.customer_id,
        dispute.currency,
    )


def _attempt(uow: UnitOfWork, command: RecordDispute) -> Attempt | None:
    """Return the attempt that is disputed, if it was made with this account."""
    attempts, seen = Attempts(uow.connection), command.seen
    found = attempts.find(seen.ours) if seen.ours else None
    if found is None and seen.charge:
        found = attempts.by_reference(command.account_id, seen.charge)
    return found if found and _is_with(uow, found, command.account_id) else None


def _is_with(uow: UnitOfWork, attempt: Attempt, account_id: UUID) -> bool:
    """Say whether an attempt was made with an account, or with a gateway that it stands in for."""
    if attempt.gateway_account_id is not None:
        return attempt.gateway_account_id == account_id
    account = uow.gateway_accounts.get(account_id)
    return account is not None and account.is_stand_in and account.gateway == attempt.gateway


def _new(uow: UnitOfWork, command: RecordDispute, attempt: Attempt) -> Dispute:
    at, seen = command.at, command.seen
    refunded = sum(
        one.amount
        for one in Refunds(uow.connection).of_attempts([attempt.id])
        if one.status is not RefundStatus.FAILED
    )
    return Dispute(
        id=new_id(at),
        account_id=command.account_id,
        gateway=attempt.gateway,
        reference=seen.reference,
        attempt_id=attempt.id,
        payment_id=attempt.payment_id,
        invoice_id=attempt.invoice_id,
        customer_id=uow.payments.get(attempt.payment_id).customer_id,
        amount=seen.amount,
        currency=seen.currency,
        reason=seen.reason,
        phase=seen.phase,
        status=seen.status,
        due_by=seen.due_by,
        above=max(seen.amount - (attempt.amount - refunded), 0),
        held=0,
        lost=0,
        fee=0,
        warned=warnings_due(seen.status, seen.due_by, at),
        accepted_at=None,
        evidence_sent_at=None,
        next_look_at=None,
        opened_at=seen.opened_at,
        closed_at=None,
        created_at=at,
    )


def _move(was: DisputeStatus | None, to: DisputeStatus, command: RecordDispute) -> DisputeMove:
    return DisputeMove(was, to, command.said_by, command.at)
