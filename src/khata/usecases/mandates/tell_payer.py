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
from khata.ports.notices import NoticeRequest, TellsAhead

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


def tell_payer(command: TellPayer, *, db: Database, gateways: Gateways) -> bool:
    """Ask the gateway to tell the payer, note it, and say whether it did.

    Where that fails or its answer is lost, nothing is debited on it: the payment is planned anew
    an hour later, with a notice of its own.
    """
    told, reference = _ask(command, gateways)

    def note(uow: UnitOfWork) -> None:
        if told:
            uow.mandate_debits.was_told(
                command.request.notice_id, reference=reference, at=command.at
            )
            return
        payment = uow.payments.lock(command.payment_id)
        planned = payment.next_attempt_at == command.debit_at
        if payment.status is PaymentStatus.SCHEDULED and planned:
            uow.payments.change([due_at(payment, command.at + _AGAIN_AFTER)])

    retrying(db, command.tenant, note)
    return told


def _ask(command: TellPayer, gateways: Gateways) -> tuple[bool, str | None]:
    gateway = gateways.of(command.gateway, command.account)
    if gateway is None:
        return False, None
    try:
        return True, cast(TellsAhead, gateway).tell_ahead(command.request, at=command.at)
    except (NotReached, AnswerLost):
        return False, None
    except Exception:
        _log.exception("payer_not_told", notice=str(command.request.notice_id))
        return False, None
