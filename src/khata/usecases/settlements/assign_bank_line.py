"""Assign a line of the bank's statement to a payout by hand, where matching was in doubt."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.retrying import retrying
from khata.db.stores.bank import BankTransactions
from khata.db.stores.settlements import Settlements, SettlementStatus
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.settlements.arrive_in_bank import arrive_in_bank


class SettlementInBank(Refusal):
    """The payout has arrived already, or the line is another payout."""

    kind = Kind.CONFLICT


class SettlementNotBooked(Refusal):
    """What does not add up is not booked, and what was sent back is not: it cannot arrive."""

    kind = Kind.CONFLICT


class OtherMoney(Refusal):
    """The bank's line has another amount or currency than was paid out."""


@dataclass(frozen=True, slots=True)
class AssignBankLine:
    tenant: UUID
    settlement_id: UUID
    bank_transaction_id: UUID
    at: datetime


def assign_bank_line(command: AssignBankLine, *, db: Database) -> None:
    """Book that the payout arrived with this line; both are of one amount.

    Raises: NotFound, SettlementNotBooked, SettlementInBank, OtherMoney.
    """
    retrying(db, command.tenant, lambda uow: _assign(uow, command))


def _assign(uow: UnitOfWork, command: AssignBankLine) -> None:
    settlement = Settlements(uow.connection).get(command.settlement_id, lock=True)
    if settlement is None:
        raise NotFound("settlement", public_id("set", command.settlement_id))
    line = BankTransactions(uow.connection).get(command.bank_transaction_id, lock=True)
    if line is None:
        named = public_id("bt", command.bank_transaction_id)
        raise NotFound("bank transaction", named, param="bank_transaction")
    if settlement.status is SettlementStatus.QUARANTINED:
        raise SettlementNotBooked(f"{settlement.reference} does not add up, and is not booked")
    if settlement.failed_on is not None:
        raise SettlementNotBooked(f"{settlement.reference} was sent back on {settlement.failed_on}")
    if settlement.arrived_on is not None:
        raise SettlementInBank(f"{settlement.reference} arrived on {settlement.arrived_on}")
    if line.settlement_id is not None:
        raise SettlementInBank("This line is another payout", param="bank_transaction")
    if (line.amount, line.currency) != (settlement.amount, settlement.currency):
        raise OtherMoney(
            f"The line has {line.amount} {line.currency}, the payout {settlement.amount} "
            f"{settlement.currency} (minor units)",
            param="bank_transaction",
        )
    arrive_in_bank(uow, settlement.id, line.id, by="person", at=command.at)
