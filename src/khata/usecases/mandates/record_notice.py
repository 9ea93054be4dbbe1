"""Record what a gateway told of a notice: the payer knows of a debit, or could not be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.payment import PaymentStatus, due_at
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork

# A payer who could not be told is told again later, and the debit moves with that.
_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RecordNotice:
    """`told_at` is when the payer was told, as the gateway says; None: they could not be."""

    tenant: UUID
    at: datetime
    account_id: UUID
    reference: str
    told_at: datetime | None


def record_notice(command: RecordNotice, *, db: Database) -> bool:
    """Note it, once; False: the account knows no notice of ours by this reference.

    The debit is 24 hours after the payer was told, whenever we hear of it. Without that nothing is
    debited: the payment is planned anew, with a notice of its own.
    """
    return retrying(db, command.tenant, lambda uow: _recorded(uow, command))


def _recorded(uow: UnitOfWork, command: RecordNotice) -> bool:
    found = uow.mandate_debits.by_reference(command.account_id, command.reference)
    if found is None:
        return False
    payment = uow.payments.lock(found.payment_id)  # before the notice, as everywhere
    if command.told_at is not None:
        if found.told_at is None:
            # Neither before it was asked for, nor yet to come, whatever the gateway's clock says.
            told_at = min(max(command.told_at, found.created_at), command.at)
            uow.mandate_debits.was_told(found.id, reference=command.reference, at=told_at)
        return True
    waits = payment.status is PaymentStatus.SCHEDULED and found.told_at is None
    if waits and payment.next_attempt_at == found.debit_at:
        uow.payments.change([due_at(payment, command.at + _AGAIN_AFTER)])
    return True
