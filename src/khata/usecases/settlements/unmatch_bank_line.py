"""Take a line of the bank's statement back from the payout that it was taken for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from khata.core.ids import new_id, public_id
from khata.core.ledger.booking_settlements import arrival_booked, settlement_not_arrived
from khata.core.periods import day_of
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.retrying import retrying
from khata.db.stores.bank import BankTransactions
from khata.db.stores.settlements import Settlements
from khata.db.transaction import Database, UnitOfWork


class BankLineUnmatched(Refusal):
    """The line is no payout."""

    kind = Kind.CONFLICT


class MonthIsClosed(Refusal):
    """The line's month is closed, and nothing is mirrored in a month that is closed."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class UnmatchBankLine:
    tenant: UUID
    bank_transaction_id: UUID
    at: datetime


def unmatch_bank_line(command: UnmatchBankLine, *, db: Database) -> UUID:
    """Mirror the arrival on its day: the line is open and its payout on its way again.

    The two are not matched by themselves any more; a person still may. Returns the payout.
    Raises: NotFound, BankLineUnmatched, MonthIsClosed.
    """
    return retrying(db, command.tenant, lambda uow: _unmatched(uow, command))


def _unmatched(uow: UnitOfWork, command: UnmatchBankLine) -> UUID:
    settlements, bank = Settlements(uow.connection), BankTransactions(uow.connection)
    named, at = command.bank_transaction_id, command.at
    seen = bank.get(named)
    if seen is None:
        raise NotFound("bank transaction", public_id("bt", named))
    if seen.settlement_id is not None:  # the payout is locked before its line, as by who matches
        settlements.get(seen.settlement_id, lock=True)
    line = bank.get(named, lock=True)
    assert line is not None, "lines are never removed"
    settlement_id = line.settlement_id
    if settlement_id is None or settlement_id != seen.settlement_id:
        raise BankLineUnmatched("This line is no payout; there is nothing to take back")
    first_open = _first_open_day(uow)
    if line.booked_on < first_open:
        raise MonthIsClosed(
            f"The line is of {line.booked_on}, and the books are open from {first_open} on"
        )
    kind, fact = arrival_booked(line.id, line.again_id)
    arrived = uow.books.entry_of(fact, kind)
    assert arrived is not None, "what has arrived is booked"
    id = new_id(at)
    bank.is_no_payout(line, id=id, at=at)
    settlements.not_arrived(settlement_id)
    mirror = settlement_not_arrived(id=new_id(at), unmatch_id=id, arrived=arrived)
    uow.books.post([mirror], at)
    return settlement_id


def _first_open_day(uow: UnitOfWork) -> date:
    """Return the first day of the oldest month that is not closed; closing waits meanwhile."""
    tenant = uow.tenants.lock()
    closes_on = day_of(tenant.next_close_at, tenant.timezone)
    return (closes_on - timedelta(days=1)).replace(day=1)
