"""Ask the gateway about one attempt; send it again, under its own id, if it never arrived."""

from datetime import datetime
from uuid import UUID

import structlog

from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Attempt, AttemptStatus, Outcome, SaidBy
from khata.db.retrying import retrying
from khata.db.stores.attempts import Ask, Attempts
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import is_safe_again
from khata.ports.gateways import Gateways
from khata.usecases.disputes.hear_of_disputes import HearOfDisputes, hear_of_disputes
from khata.usecases.payments.account_of import account_of
from khata.usecases.payments.last_look import last_look
from khata.usecases.payments.look_up_attempt import look_up_attempt
from khata.usecases.payments.open_attempts import NothingOwed, ReadyToSend
from khata.usecases.payments.record_result import RecordResult, record_result
from khata.usecases.payments.send_attempt import send_attempt
from khata.usecases.payments.set_aside import set_aside

_log = structlog.get_logger(__name__)

_UNKNOWN = Answer(Outcome.UNKNOWN)
_NOT_SENT = Answer(Outcome.FAILED, decline_class=DeclineClass.CONFIG, decline_code="nothing_owed")
_NEVER_REACHED = Answer(
    Outcome.FAILED, decline_class=DeclineClass.GATEWAY_DOWN, decline_code="gateway_not_reached"
)


def ask_about_attempt(
    ask: Ask,
    *,
    tenant: UUID,
    at: datetime,
    db: Database,
    gateways: Gateways,
) -> bool:
    """Look the attempt up, record the news if there is any, and say whether there was an answer.

    One that was left in the middle of its call is unknown from here on: it may have arrived.
    One that the gateway has never heard of is sent again with the same id. After the last ask
    without news: what certainly never arrived has failed; what nobody knows waits for a person.
    """
    if ask.attempt.status is AttemptStatus.SENDING and ask.attempt.maybe_sent:
        left = RecordResult(
            tenant, ask.attempt.id, _UNKNOWN, at, SaidBy.SWEEP, only_if=_may_have_left
        )
        ask = Ask(record_result(left, db=db), is_last=False)
    attempt = ask.attempt
    answer = look_up_attempt(attempt, tenant=tenant, at=at, db=db, gateways=gateways)
    if answer is None and attempt.is_open:
        _send_again(attempt, tenant=tenant, at=at, db=db, gateways=gateways)
    elif answer is not None and answer.outcome is not Outcome.UNKNOWN:
        told = record_result(RecordResult(tenant, attempt.id, answer, at, SaidBy.SWEEP), db=db)
        if answer.disputes:
            heard = HearOfDisputes(tenant, told, answer.disputes, at)
            hear_of_disputes(heard, db=db, gateways=gateways)
    if ask.is_last:
        _end_of_asking(ask, tenant=tenant, at=at, db=db)
    return answer is None or answer.outcome is not Outcome.UNKNOWN


def _send_again(
    attempt: Attempt, *, tenant: UUID, at: datetime, db: Database, gateways: Gateways
) -> None:
    """Send it again if it certainly never arrived, or if that certainly takes no second money."""

    def look(uow: UnitOfWork) -> ReadyToSend | NothingOwed | None:
        gateway = gateways.of(attempt.gateway, account_of(uow, attempt))

        def may_be_sent(now: Attempt) -> bool:
            if not now.token:
                return False  # the payer brought it at a gateway's page: it is none of our calls
            if now.status is AttemptStatus.SENDING:
                return not now.maybe_sent
            passed = at - now.created_at
            safe = gateway is not None and is_safe_again(gateway.capabilities, passed)
            return now.status is AttemptStatus.UNKNOWN and safe

        return last_look(uow, attempt, may_be_sent=may_be_sent)

    step = retrying(db, tenant, look)
    if isinstance(step, ReadyToSend):
        send_attempt(step, tenant=tenant, at=at, db=db, gateways=gateways)
    elif isinstance(step, NothingOwed):
        record_result(RecordResult(tenant, attempt.id, _NOT_SENT, at, SaidBy.SWEEP), db=db)


def _end_of_asking(ask: Ask, *, tenant: UUID, at: datetime, db: Database) -> None:
    """Close what never arrived, set aside what stays unknown, forget what did not come late."""
    if ask.attempt.status is AttemptStatus.SENDING:
        closed = RecordResult(
            tenant, ask.attempt.id, _NEVER_REACHED, at, SaidBy.SWEEP, only_if=_never_left
        )
        record_result(closed, db=db)
    retrying(db, tenant, lambda uow: _set_aside(uow, ask, at))


def _may_have_left(_: UnitOfWork, attempt: Attempt) -> bool:
    return attempt.maybe_sent


def _never_left(_: UnitOfWork, attempt: Attempt) -> bool:
    return not attempt.maybe_sent


def _set_aside(uow: UnitOfWork, ask: Ask, at: datetime) -> None:
    attempts = Attempts(uow.connection)
    attempt = attempts.lock(ask.attempt.id)
    if attempt.status is not ask.attempt.status:
        return  # it has moved on, and has a time of its own to ask
    if attempt.is_open:
        reason = f"The gateway has not told what became of this attempt ({attempt.status})"
        set_aside(uow, attempt, code="outcome_unknown", reason=reason, at=at)
    else:
        attempts.stop_asking(attempt.id)
