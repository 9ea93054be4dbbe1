"""A finished document as returns, e-invoices and Tally read it: with GST, in paise of rupees."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from khata.core.document_kind import DocumentKind as DocumentKind
from khata.core.tax.nature import Nature as Nature
from khata.core.tax.place_of_supply import SupplyKind, Treatment


@dataclass(frozen=True, slots=True)
class TaxParty:
    """The seller or the buyer, as it was when the document was given out."""

    legal_name: str
    country: str  # ISO 3166-1 alpha-2
    trade_name: str | None = None
    tax_id: str | None = None  # GSTIN or UIN; of a buyer abroad its own number
    gstin: str | None = None  # GSTIN or UIN, where it has one
    state_code: str | None = None  # GST's two digits; None abroad
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    postal_code: str | None = None
    email: str | None = None
    phone: str | None = None
    customer_id: UUID | None = None
    deemed_export: bool = False  # what it buys is notified as a deemed export: goods only


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One line. Amounts are paise of rupees, and positive, also in a credit note.

    `taxable` is after `discount`; `rate` is the whole rate in percent, also where none is paid.
    `sgst` carries UTGST too, as all forms do.
    """

    position: int
    description: str
    tax_code: str  # HSN or SAC
    taxable: int
    rate: Decimal
    nature: Nature = Nature.TAXABLE
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0
    quantity: Decimal = Decimal(1)
    unit: str = "OTH"  # of the unit master (UQC)
    unit_price: Decimal = Decimal(0)  # rupees, without tax, before discount
    discount: int = 0
    period_start: date | None = None
    period_end: date | None = None  # the last day

    @property
    def tax(self) -> int:
        return self.igst + self.cgst + self.sgst + self.cess

    @property
    def is_service(self) -> bool:
        return self.tax_code.startswith("99")


@dataclass(frozen=True, slots=True)
class Original:
    """The document that a note, a revised invoice or a refund voucher goes back to."""

    id: UUID
    kind: DocumentKind
    number: str
    issued_on: date
    total: int  # minor units of its own currency


@dataclass(frozen=True, slots=True)
class AdvanceAdjusted:
    """Of an advance that tax was paid on, what this invoice takes up. Paise; `net` has no tax."""

    voucher_id: UUID
    voucher_number: str
    received_on: date
    rate: Decimal
    net: int
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0


@dataclass(frozen=True, slots=True)
class TaxDocument:
    """A whole document, in paise: total = Σ taxable + Σ tax + levied + round_off.

    `levied` is tax of another state on the same sale, such as VAT on an export to a consumer.
    A document in another currency without an exchange rate on file keeps that currency's amounts.

    Where the sale was in another currency, `currency_total` is in its minor units and
    `exchange_rate` is rupees for one of its units, by rule 34 of the CGST Rules. Under reverse
    charge the tax stands in the lines and is no part of the total.
    Raises: ValueError, when the parts do not add up.
    """

    id: UUID
    kind: DocumentKind
    number: str
    issued_on: date
    registration_id: UUID
    seller: TaxParty
    buyer: TaxParty
    supply: SupplyKind
    treatment: Treatment
    place_code: str | None  # two digits, 96 outside India
    place_name: str
    lines: tuple[TaxLine, ...]
    total: int
    round_off: int = 0
    levied: int = 0
    reverse_charge: bool = False
    cancelled_on: date | None = None  # its number stays used
    original: Original | None = None
    advances: tuple[AdvanceAdjusted, ...] = ()
    lut: str | None = None
    due_on: date | None = None
    currency: str = "INR"
    currency_total: int | None = None
    exchange_rate: Decimal | None = None
    irn: str | None = None
    ack_number: str | None = None
    ack_on: date | None = None
    reason: str | None = None  # of a note

    def __post_init__(self) -> None:
        tax = 0 if self.reverse_charge else self.tax
        if self.taxable + tax + self.levied + self.round_off != self.total:
            raise ValueError(f"the parts of {self.number} do not add up to its total")

    @property
    def taxable(self) -> int:
        return sum(line.taxable for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines)

    @property
    def is_deemed_export(self) -> bool:
        """Whether it is of goods to a buyer whose purchases are notified as deemed exports.

        Source: CGST Act s.147; Notification 48/2017-CT.
        """
        at_home = self.supply in (SupplyKind.INTRA, SupplyKind.INTER)
        return self.buyer.deemed_export and at_home and self.buyer.gstin is not None

    @property
    def in_rupees(self) -> bool:
        """Whether the amounts are rupees, as returns want them."""
        return self.currency == "INR" or self.exchange_rate is not None

    @property
    def cancelled(self) -> bool:
        return self.cancelled_on is not None

    @property
    def buyer_registered(self) -> bool:
        """Whether the buyer has a GSTIN or a UIN: both are listed one by one in returns."""
        return self.buyer.gstin is not None


@dataclass(frozen=True, slots=True)
class NumbersUsed:
    """An unbroken run of one series in one period: for the table of documents issued."""

    kind: DocumentKind
    series: str
    first: str
    last: str
    count: int
    cancelled: int
