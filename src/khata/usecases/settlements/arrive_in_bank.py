"""Book that a payout has arrived: a line of the bank's statement is it."""

from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.ledger.booking_settlements import settlement_arrived
from khata.db.stores.bank import BankTransactions
from khata.db.stores.settlements import Settlements
from khata.db.transaction import UnitOfWork


def arrive_in_bank(
    uow: UnitOfWork, settlement_id: UUID, line_id: UUID, *, by: str, at: datetime
) -> None:
    """Join the two and book it on the bank's day; the caller has locked the payout.

    What waited for a person because it was not there has ended by itself.
    """
    settlements, bank = Settlements(uow.connection), BankTransactions(uow.connection)
    settlement, line = settlements.get(settlement_id), bank.get(line_id)
    assert settlement is not None, "the caller has locked it"
    assert line is not None, "it was found a moment ago"
    again = bank.is_payout(line.id, settlement.id, fact=new_id(at))
    settlements.arrived(settlement.id, line.booked_on, by)
    entry = settlement_arrived(
        id=new_id(at),
        bank_transaction_id=line.id,
        again_id=again,
        on=line.booked_on,
        amount=settlement.amount,
        currency=settlement.currency,
    )
    uow.books.post([entry], at)
    if settlement.agreement == "agrees":
        uow.parked.end("settlement", [settlement.id], at)
