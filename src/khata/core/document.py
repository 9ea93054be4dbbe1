"""What an invoice shows: a finished document as frozen values, ready to be set in type."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Title(StrEnum):
    """What stands at the head of a document."""

    TAX_INVOICE = "Tax Invoice"
    EXPORT_INVOICE = "Export Invoice"
    BILL_OF_SUPPLY = "Bill of Supply"
    INVOICE_CUM_BILL = "Invoice-cum-Bill of Supply"
    INVOICE = "Invoice"
    PAYMENT_REQUEST = "Payment Request"
    DEBIT_NOTE = "Debit Note"
    REVISED_INVOICE = "Revised Invoice"


@dataclass(frozen=True, slots=True)
class Party:
    """The seller or the buyer, as the document names them."""

    name: str  # the legal name
    lines: tuple[str, ...] = ()  # the address without state and country
    country: str = "IN"  # ISO 3166-1 alpha-2
    trade_name: str | None = None
    state_name: str | None = None  # "Karnataka"
    state_code: str | None = None  # of GST: "29"
    tax_id_label: str | None = None  # "GSTIN", "VAT ID"
    tax_id: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentTax:
    """One head of tax at one rate, of a line or of the whole document."""

    name: str  # "CGST"
    rate: str  # percent as a decimal: "9", "0.25"
    taxable: int
    amount: int


@dataclass(frozen=True, slots=True)
class WholePeriod:
    """What a whole period costs, of which a line bills `part_days` of `days`."""

    part_days: int
    days: int
    quantity: int
    unit_amount: int


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line. `amount` is its taxable value: after `discount`, without tax.

    A part of a period is one at what it costs, so that quantity times price is the amount.
    """

    position: int
    description: str
    quantity: int
    amount: int
    unit_amount: int | None = None  # as the price says it
    unit_includes_tax: bool = False
    discount: int = 0
    tax_code: str | None = None  # HSN or SAC
    period_start: date | None = None
    period_end_inclusive: date | None = None  # the last day, as people say it
    part_of: WholePeriod | None = None  # what was shared, where a part of a period is billed
    taxes: tuple[DocumentTax, ...] = ()


@dataclass(frozen=True, slots=True)
class UpiPayee:
    """Where a UPI payment goes. `gstin`: whose GST the link tells as well; None: it tells none."""

    vpa: str
    name: str
    gstin: str | None = None


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where a bank transfer goes."""

    account_name: str
    account_number: str
    ifsc: str | None  # of a branch in India
    bank: str
    swift: str | None = None


@dataclass(frozen=True, slots=True)
class RupeeValue:
    """What an invoice in another currency is worth in rupees, in paise: CGST Rules, rule 34."""

    taxable: int
    tax: int
    total: int
    rate: str  # rupees for one unit
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class PortalMark:
    """What an invoice registration portal gave a document; without an IRN it is still awaited.

    Source: CGST Rules 2017, rule 46(r) and 48(4).
    """

    irn: str | None = None
    ack_number: str | None = None
    ack_at: str | None = None  # as the portal spells it, in India
    signed_qr: str | None = None  # what the QR code carries, to the letter
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """A whole invoice as people read it. Amounts in minor units of `currency`.

    Raises: ValueError, when lines, tax rows and total do not add up.
    Source: CGST Rules 2017, rule 46 (the particulars of a tax invoice).
    """

    title: str
    number: str
    issued_on: date
    due_on: date
    status: str  # "open", "paid", "void", "uncollectible"
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[DocumentLine, ...]
    taxes: tuple[DocumentTax, ...]  # one row a head and rate
    subtotal: int  # of the lines, before discount and without tax
    tax: int
    total: int
    amount_paid: int
    amount_due: int
    discount: int = 0
    credited: int = 0  # what credit notes took off what was owed
    round_off: int = 0
    place_of_supply: str | None = None  # "29-Karnataka"
    reverse_charge: bool = False
    endorsement: str | None = None  # words of the law: of an export, an SEZ, no IRN
    lut: str | None = None  # the letter of undertaking's number
    paid_on: date | None = None
    payment_method: str | None = None  # "Visa ending 4242"
    subscription: str | None = None  # "Premium, monthly"
    upi: UpiPayee | None = None
    bank: BankDetails | None = None
    hosted_url: str | None = None
    notes: str | None = None
    terms: str | None = None
    signatory: str | None = None  # None: an electronic document, which needs no signature
    logo: bytes | None = None  # SVG or PNG
    livemode: bool = True  # False: a trial, which must not pass for an invoice
    charged_automatically: bool = False  # we collect it; the customer has nothing to do
    by_credit: int = 0  # of what was paid: by the customer's credit balance
    by_wallet: int = 0  # … and by the customer's wallets
    carried: int = 0  # of what credit paid: what had been paid of the invoice that this revises
    language: str = "en"
    tds_withheld: int = 0  # of what was paid: what the buyer withheld, and pays to the state
    original_number: str | None = None  # the invoice that a debit note raises
    original_issued_on: date | None = None
    reason: str | None = None  # of a debit note
    rupees: RupeeValue | None = None  # kept when it was issued, or later, once
    levy_words: tuple[str, ...] = ()  # what the law of another state makes it say, such as VAT's
    factur_x: bytes | None = None  # the same as XML, which the PDF carries
    e_invoice: PortalMark | None = None  # None: no portal has to know of it

    @property
    def paid_otherwise(self) -> int:
        """What came as money: neither from credit nor a wallet, nor withheld as TDS."""
        return self.amount_paid - self.by_credit - self.by_wallet - self.tds_withheld

    @property
    def asks_for_money(self) -> bool:
        """Whether something is owed: a paid, void or written-off invoice asks for nothing."""
        return self.status == "open" and self.amount_due > 0

    @property
    def paid_by_hand(self) -> bool:
        """Whether the customer is to pay, and so must be told how."""
        return self.asks_for_money and not self.charged_automatically

    def __post_init__(self) -> None:
        if sum(line.amount for line in self.lines) != self.subtotal - self.discount:
            raise ValueError(f"the lines of {self.number} do not add up to its subtotal")
        if sum(row.amount for row in self.taxes) != self.tax:
            raise ValueError(f"the tax rows of {self.number} do not add up to its tax")
        if self.subtotal - self.discount + self.tax + self.round_off != self.total:
            raise ValueError(f"the parts of {self.number} do not add up to its total")


def title_of(
    *,
    seller_country: str,
    seller_registered: bool,
    export: bool,
    exempt: bool = False,
    mixed: bool = False,
) -> Title:
    """Say what a document is called.

    `export`: supplied out of India, zero-rated; `exempt`: none of its lines can bear tax, or the
    seller may not collect it; `mixed`: some lines can and some cannot, and the buyer is not
    registered.
    An unregistered seller may not issue a tax invoice; outside India an invoice is an invoice.
    Source: CGST Act 2017, s.31(1), 31(3)(c); CGST Rules 2017, rules 46, 46A and 49.
    """
    if seller_country != "IN" or not seller_registered:
        return Title.INVOICE
    if export:
        return Title.EXPORT_INVOICE
    if mixed:
        return Title.INVOICE_CUM_BILL
    return Title.BILL_OF_SUPPLY if exempt else Title.TAX_INVOICE
