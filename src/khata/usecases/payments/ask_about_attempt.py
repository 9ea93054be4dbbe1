"""Ask the gateway about one attempt; send it again, under its own id, if it never arrived."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog

from khata.core.dunning import DeclineClass
from khata.core.events import PaymentQuarantined
from khata.core.payment import OPEN, Answer, AttemptStatus, Outcome
from khata.db.stores.attempts import Ask, Attempts
from khata.db.stores.parked import ParkedWork
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, Gateway, NotReached
from khata.usecases.payments.open_attempt import ReadyToSend
from khata.usecases.payments.record_result import RecordResult, record_result
from khata.usecases.payments.request_charge import request_charge
from khata.usecases.payments.send_attempt import send_attempt

_log = structlog.get_logger(__name__)

_NEVER_SENT = Answer(Outcome.FAILED, decline_class=DeclineClass.CONFIG, decline_code="nothing_owed")
_NEVER_REACHED = Answer(
    Outcome.FAILED, decline_class=DeclineClass.GATEWAY_DOWN, decline_code="gateway_not_reached"
)
_MAY_BE_SENT = (AttemptStatus.SENDING, AttemptStatus.UNKNOWN)


def ask_about_attempt(
    ask: Ask,
    *,
    tenant: UUID,
    at: datetime,
    db: Database,
    gateways: Mapping[str, Gateway],
) -> None:
    """Look the attempt up and record the news, if there is any.

    One that the gateway has never heard of is sent again with the same id. After the last ask
    without news: what never reached the gateway has failed; what nobody knows waits for a person.
    """
    attempt = ask.attempt
    gateway = gateways.get(attempt.gateway)
    if gateway is not None:
        try:
            answer = gateway.look_up(attempt.id, merchant=str(tenant), at=at)
        except (NotReached, AnswerLost):
            answer = Answer(Outcome.UNKNOWN)
        except Exception:
            _log.exception("gateway_look_up_failed", attempt=str(attempt.id))
            answer = Answer(Outcome.UNKNOWN)
        if answer is not None:
            if answer.outcome is not Outcome.UNKNOWN:
                record_result(RecordResult(tenant, attempt.id, answer, at), db=db)
        elif attempt.status in _MAY_BE_SENT:
            _send_again(ask, tenant=tenant, at=at, db=db, gateways=gateways)
    if ask.is_last:
        _end_of_asking(ask, tenant=tenant, at=at, db=db)


def _send_again(
    ask: Ask, *, tenant: UUID, at: datetime, db: Database, gateways: Mapping[str, Gateway]
) -> None:
    """Send it again if its invoice is still owed: the last look before the money is taken."""
    with db.transaction(tenant) as uow:
        invoice = uow.invoices.get(ask.attempt.invoice_id)
        ready = ReadyToSend(ask.attempt, request_charge(ask.attempt, invoice, tenant=tenant))
    if invoice.amount_due >= ask.attempt.amount:
        send_attempt(ready, tenant=tenant, at=at, db=db, gateways=gateways)
    else:
        record_result(RecordResult(tenant, ask.attempt.id, _NEVER_SENT, at), db=db)


def _end_of_asking(ask: Ask, *, tenant: UUID, at: datetime, db: Database) -> None:
    """Close what was never reached, set aside what stays unknown, forget what did not come."""
    if ask.attempt.status is AttemptStatus.SENDING:
        record_result(RecordResult(tenant, ask.attempt.id, _NEVER_REACHED, at), db=db)
        return
    with db.transaction(tenant) as uow:
        attempts = Attempts(uow.connection)
        attempt = attempts.lock(ask.attempt.id)
        if attempt.status is not ask.attempt.status:
            return
        attempts.stop_asking(attempt.id)
        if attempt.status not in OPEN:
            return
        reason = f"The gateway has not told what became of this attempt ({attempt.status})"
        uow.parked.add(
            [ParkedWork("attempt", attempt.id, "outcome_unknown", reason, at)],
            at,
        )
        uow.events.add(
            [PaymentQuarantined(attempt.payment_id, attempt.id, attempt.invoice_id, reason)], at
        )
