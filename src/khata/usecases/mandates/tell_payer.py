"""Tell the payer of a debit that is to come: the gateway is asked to, outside any transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import structlog

from khata.core.gateway_account import GatewayAccount
from khata.core.payment import PaymentStatus, due_at
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateways import Gateways
from khata.ports.notices import NoticeRefused, NoticeRequest, Taken, TellsAhead

_log = structlog.get_logger(__name__)

# A payer who could not be told is told later, and the debit moves with that.
_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TellPayer:
    """`payment_id` is tried at `debit_at`, once the payer was told."""

    tenant: UUID
    at: datetime
    payment_id: UUID
    debit_at: datetime
    gateway: str
    account: GatewayAccount | None
    request: NoticeRequest


def tell_payer(command: TellPayer, *, db: Database, gateways: Gateways) -> NoticeRefused | None:
    """Ask the gateway to tell the payer, and note what it said; return its no, if it is one.

    Where it takes it up, it says later whether the payer was told. Where it cannot be asked or its
    answer is lost, nothing is debited on it: the payment is planned anew an hour later, with a
    notice of its own. What it refuses is due at once, as a debit that was declined.
    """
    taken = _ask(command, gateways)

    def note(uow: UnitOfWork) -> None:
        notice_id = command.request.notice_id
        if isinstance(taken, Taken):
            if taken.is_told:
                uow.mandate_debits.was_told(notice_id, reference=taken.reference, at=command.at)
            else:
                uow.mandate_debits.was_taken_up(notice_id, reference=taken.reference)
            return
        payment = uow.payments.lock(command.payment_id)
        planned = payment.next_attempt_at == command.debit_at
        if payment.status is PaymentStatus.SCHEDULED and planned:
            again = command.at if taken is not None else command.at + _AGAIN_AFTER
            uow.payments.change([due_at(payment, again)])

    retrying(db, command.tenant, note)
    return taken if isinstance(taken, NoticeRefused) else None


def _ask(command: TellPayer, gateways: Gateways) -> Taken | NoticeRefused | None:
    """Return what the gateway says; None: nobody knows."""
    gateway = gateways.of(command.gateway, command.account)
    if gateway is None:
        return None
    try:
        return cast(TellsAhead, gateway).tell_ahead(command.request, at=command.at)
    except NoticeRefused as no:
        return no
    except (NotReached, AnswerLost):
        return None
    except Exception:
        _log.exception("payer_not_told", notice=str(command.request.notice_id))
        return None
