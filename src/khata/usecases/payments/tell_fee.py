"""Tell what a gateway keeps of a payment: the difference to what is booked is booked now."""

from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.ledger.booking_settlements import fee_told
from khata.core.payment import AttemptStatus
from khata.core.periods import day_of
from khata.db.stores.attempt_fees import AttemptFees
from khata.db.stores.attempts import Attempts
from khata.db.transaction import UnitOfWork


def tell_fee(
    uow: UnitOfWork, attempt_id: UUID, fee: int, tax: int, *, by: str, at: datetime
) -> bool:
    """Book the fee (without tax) and the tax on it, in all; False: the books have it so already.

    Nothing is edited: a fee that was booked before is corrected by a posting of the difference,
    as often as it is told anew. Only a payment that is booked has a fee. `by` is who told it:
    gateway or settlement.
    """
    attempt = Attempts(uow.connection).lock(attempt_id)
    if attempt.status is not AttemptStatus.SUCCEEDED or fee + tax > attempt.amount:
        return False
    fees = AttemptFees(uow.connection)
    booked = fees.booked(attempt.id) or (attempt.fee, 0)
    told_id = new_id(at)
    entry = fee_told(
        id=new_id(at),
        told_id=told_id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=attempt.currency,
        booked=booked,
        told=(fee, tax),
        gateway_account_id=attempt.gateway_account_id,
    )
    if entry is None:
        return False
    fees.told(told_id, attempt.id, fee, tax, by=by, at=at)
    uow.books.post([entry], at)
    return True
