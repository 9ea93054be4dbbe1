"""What a credit note shows: a finished note as frozen values, ready to be set in type."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from khata.core.document import DocumentLine, DocumentTax, InvoiceDocument, Party

CREDIT_NOTE: Final = "Credit Note"


@dataclass(frozen=True, slots=True)
class CreditNoteDocument:
    """A whole credit note as people read it. Amounts in minor units of `currency`.

    The tax is the invoice's, at its rates and its place of supply, whatever holds today.
    Raises: ValueError, when lines, tax rows, total and where it goes do not add up.
    Source: CGST Act 2017, s.34(1); CGST Rules 2017, rule 53(1A) (the particulars of a credit note).
    """

    number: str
    issued_on: date
    invoice_number: str  # the invoice that it credits
    invoice_issued_on: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[DocumentLine, ...]
    taxes: tuple[DocumentTax, ...]  # one row a head and rate
    subtotal: int  # the taxable value that is credited
    tax: int
    total: int
    reason: str
    to_invoice: int  # lowers what the invoice still asks for
    to_balance: int  # becomes the customer's credit
    to_refund: int  # goes back the way it came
    outside: int  # given back where khata does not see it
    round_off: int = 0
    place_of_supply: str | None = None  # "29-Karnataka"
    levy_words: tuple[str, ...] = ()  # what the law of another state makes it say, such as VAT's
    signatory: str | None = None  # None: an electronic document, which needs no signature
    logo: bytes | None = None  # SVG or PNG
    livemode: bool = True  # False: a trial, which must not pass for a credit note
    language: str = "en"

    @property
    def title(self) -> str:
        return CREDIT_NOTE

    def __post_init__(self) -> None:
        if sum(line.amount for line in self.lines) != self.subtotal:
            raise ValueError(f"the lines of {self.number} do not add up to its subtotal")
        if sum(row.amount for row in self.taxes) != self.tax:
            raise ValueError(f"the tax rows of {self.number} do not add up to its tax")
        if self.subtotal + self.tax + self.round_off != self.total:
            raise ValueError(f"the parts of {self.number} do not add up to its total")
        if self.to_invoice + self.to_balance + self.to_refund + self.outside != self.total:
            raise ValueError(f"where {self.number} goes does not add up to its total")


Document = InvoiceDocument | CreditNoteDocument
