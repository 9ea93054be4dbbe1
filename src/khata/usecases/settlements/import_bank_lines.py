"""Import lines of the bank's statement, and match them with payouts in transit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.bank_statement import StatementLine
from khata.core.refusal import Kind, Refusal
from khata.db.retrying import retrying
from khata.db.stores.bank import BankTransactions
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.settlements.match_bank_lines import match_bank_lines


class BankLineDiffers(Refusal):
    """A line was sent before under the same id, and said something else."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class ImportBankLines:
    """`account` is the tenant's name for the bank account; ids are unique within it."""

    tenant: UUID
    account: str
    lines: Sequence[StatementLine]
    at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """`repeated` lines were there already; `matched` payouts have arrived by this."""

    new: int
    repeated: int
    matched: int


def import_bank_lines(command: ImportBankLines, *, db: Database) -> Imported:
    """Store what is new and match it, all or nothing; the same lines again change nothing.

    Raises: BankLineDiffers.
    """
    return retrying(db, command.tenant, lambda uow: _imported(uow, command))


def _imported(uow: UnitOfWork, command: ImportBankLines) -> Imported:
    bank = BankTransactions(uow.connection)
    new = bank.add(command.account, command.lines, command.at)
    clash = bank.clash(command.account, command.lines)
    if clash is not None:
        raise BankLineDiffers(
            f"{clash.own_id} is stored with {clash.amount} on {clash.booked_on}: a line of a "
            "statement does not change. Nothing was taken",
            param="transactions",
        )
    return Imported(new, len(command.lines) - new, match_bank_lines(uow, at=command.at))
