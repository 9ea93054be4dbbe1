"""What a voucher of an advance shows: finished, as frozen values, ready to be set in type."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from khata.core.document import DocumentTax, Party

RECEIPT_VOUCHER: Final = "Receipt Voucher"
REFUND_VOUCHER: Final = "Refund Voucher"


@dataclass(frozen=True, slots=True)
class VoucherDocument:
    """A whole voucher as people read it. Amounts in minor units of `currency`.

    Raises: ValueError, when value and taxes do not add up to what was received or given back.
    Source: CGST Rules 2017, rules 50 and 51 (the particulars of the two vouchers).
    """

    number: str
    issued_on: date
    currency: str
    seller: Party
    buyer: Party
    description: str
    tax_code: str
    net: int  # without the tax that is inside the amount
    taxes: tuple[DocumentTax, ...]
    total: int
    receipt_number: str | None = None  # of a refund: the voucher that it undoes …
    receipt_issued_on: date | None = None  # … and its day
    reason: str | None = None  # of a refund
    place_of_supply: str | None = None  # "29-Karnataka"
    reverse_charge: bool = False
    endorsement: str | None = None
    lut: str | None = None
    signatory: str | None = None  # None: an electronic document, which needs no signature
    logo: bytes | None = None  # SVG or PNG
    livemode: bool = True  # False: a trial, which must not pass for a voucher
    language: str = "en"

    @property
    def title(self) -> str:
        return RECEIPT_VOUCHER if self.receipt_number is None else REFUND_VOUCHER

    def __post_init__(self) -> None:
        if self.net + sum(row.amount for row in self.taxes) != self.total:
            raise ValueError(f"the parts of {self.number} do not add up to its total")
