"""A voucher of Tally: ledgers that are debited and credited, and add up to nothing."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from khata.core.exports.tax_document import TaxDocument


class VoucherType(StrEnum):
    SALES = "Sales"
    CREDIT_NOTE = "Credit Note"
    DEBIT_NOTE = "Debit Note"
    RECEIPT = "Receipt"
    PAYMENT = "Payment"
    JOURNAL = "Journal"


class BillType(StrEnum):
    """What a party's amount does to its bills."""

    NEW = "New Ref"
    AGAINST = "Agst Ref"
    ON_ACCOUNT = "On Account"


@dataclass(frozen=True, slots=True)
class Bill:
    name: str
    type: BillType
    amount: int


@dataclass(frozen=True, slots=True)
class VoucherEntry:
    """One ledger of a voucher; paise, a debit positive and a credit negative."""

    ledger: str
    amount: int
    bills: tuple[Bill, ...] = ()
    is_party: bool = False
    tax_code: str | None = None  # of a sales ledger
    tax_code_words: str | None = None


@dataclass(frozen=True, slots=True)
class Voucher:
    """`document` is set of sales and notes; `cancelled` keeps a number and moves nothing.

    Raises: ValueError, when its entries do not add up to nothing.
    """

    id: UUID
    type: VoucherType
    on: date
    number: str
    narration: str
    entries: tuple[VoucherEntry, ...]
    party: str | None = None
    document: TaxDocument | None = None
    cancelled: bool = False

    def __post_init__(self) -> None:
        if sum(entry.amount for entry in self.entries) != 0:
            raise ValueError(f"voucher {self.number} does not balance")
