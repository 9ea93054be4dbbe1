"""Book a payout back that the bank did not take: the gateway holds the money again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.ledger.booking_settlements import settlement_failed
from khata.core.periods import day_of
from khata.core.settlement import SeenSettlement
from khata.db.stores.parked import ParkedWork
from khata.db.stores.settlements import Settlements, SettlementStatus
from khata.db.transaction import UnitOfWork
from khata.usecases.settlements.find_lines import find_lines

_NOT_THERE = "The bank did not take {reference}: its money is at the gateway again"
_WAS_THERE = "The bank sent {reference} back after it had arrived: take its line back, too"


@dataclass(frozen=True, slots=True)
class FailSettlement:
    account_id: UUID
    seen: SeenSettlement
    at: datetime


def fail_settlement(uow: UnitOfWork, command: FailSettlement) -> bool:
    """Mirror the payout, once; False: it was booked back before, or was never booked.

    Its lines stay as they are: they were paid out. What is given back comes with a later payout,
    whose line then empties the clearing account. A person is told, for a bank account that takes
    nothing is a person's to mend.
    """
    settlements, at = Settlements(uow.connection), command.at
    failed = settlements.named(command.account_id, command.seen.reference)
    if failed is None or failed.failed_on is not None:
        return False
    if failed.status is SettlementStatus.QUARANTINED:
        return False  # nothing of it is booked; when it is, it is looked at again
    on = day_of(at, uow.tenants.get().timezone)
    settlements.failed(failed.id, on)
    entry = settlement_failed(
        id=new_id(at),
        settlement_id=failed.id,
        on=on,
        amount=failed.amount,
        currency=failed.currency,
        gateway_account_id=command.account_id,
    )
    uow.books.post([entry], at)
    words = _NOT_THERE if failed.arrived_on is None else _WAS_THERE
    reason = words.format(reference=failed.reference)
    uow.parked.end("settlement", [failed.id], at)
    uow.parked.add([ParkedWork("settlement", failed.id, "payout_failed", reason, None)], at)
    find_lines(uow, command.account_id, at=at, reference=failed.reference)
    return True
