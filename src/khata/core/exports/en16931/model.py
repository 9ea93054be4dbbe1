"""The semantic model of EN 16931-1: an invoice as groups (BG) and terms (BT) with their numbers.

Only what khata can tell is here. Amounts are minor units of the document's currency, but BT-111.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TypeCode(StrEnum):
    """BT-3. Source: UNTDID 1001."""

    INVOICE = "380"
    CREDIT_NOTE = "381"


class Category(StrEnum):
    """BT-118 and BT-151: why a rate is what it is. Source: UNCL 5305, as EN 16931 restricts it."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    EXPORT = "G"
    OUT_OF_SCOPE = "O"
    INTRA_COMMUNITY = "K"


class Means(StrEnum):
    """BT-81. Source: UNCL 4461."""

    CREDIT_TRANSFER = "30"
    SEPA_TRANSFER = "58"
    ONLINE = "68"
    NOT_TOLD = "1"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number and whose it is; `scheme` is of the code list that the term asks for."""

    value: str
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """BG-4 and BG-7: the seller or the buyer, with the address (BG-5, BG-8)."""

    name: str  # BT-27, BT-44
    country: str  # BT-40, BT-55
    trade_name: str | None = None  # BT-28, BT-45
    identifier: Identifier | None = None  # BT-29, BT-46
    vat_id: str | None = None  # BT-31, BT-48
    tax_registration: str | None = None  # BT-32, the seller's only
    electronic_address: Identifier | None = None  # BT-34, BT-49
    line1: str | None = None  # BT-35, BT-50
    line2: str | None = None  # BT-36, BT-51
    city: str | None = None  # BT-37, BT-52
    postal_code: str | None = None  # BT-38, BT-53
    subdivision: str | None = None  # BT-39, BT-54
    phone: str | None = None  # BT-42, the seller's only
    email: str | None = None  # BT-43, BT-58


@dataclass(frozen=True, slots=True)
class Days:
    """BG-14 and BG-26: the first and the last day, as people say them."""

    first: date  # BT-73, BT-134
    last: date  # BT-74, BT-135


@dataclass(frozen=True, slots=True)
class Payment:
    """BG-16 and BG-17: how it is paid."""

    means: Means  # BT-81
    text: str | None = None  # BT-82
    account: str | None = None  # BT-84
    account_name: str | None = None  # BT-85
    bic: str | None = None  # BT-86


@dataclass(frozen=True, slots=True)
class Breakdown:
    """BG-23: the VAT of one category at one rate. `rate` is a decimal of percent."""

    category: Category  # BT-118
    rate: str | None  # BT-119: none where VAT has no part in it
    taxable: int  # BT-116
    tax: int  # BT-117
    reason: str | None = None  # BT-120
    reason_code: str | None = None  # BT-121, of the list VATEX


@dataclass(frozen=True, slots=True)
class Line:
    """BG-25. `price` is that of `base_quantity`; `allowance` is of the whole line (BG-27)."""

    id: str  # BT-126
    quantity: int  # BT-129
    net: int  # BT-131
    price: int  # BT-146
    base_quantity: int  # BT-149
    name: str  # BT-153
    category: Category  # BT-151
    rate: str | None  # BT-152
    days: Days | None = None  # BG-26
    allowance: int = 0  # BT-136
    allowance_reason: str | None = None  # BT-139


@dataclass(frozen=True, slots=True)
class Totals:
    """BG-22."""

    lines: int  # BT-106
    without_vat: int  # BT-109
    vat: int  # BT-110
    with_vat: int  # BT-112
    paid: int  # BT-113
    rounding: int  # BT-114
    payable: int  # BT-115
    vat_in_tax_currency: int | None = None  # BT-111, in minor units of BT-6


@dataclass(frozen=True, slots=True)
class Preceding:
    """BG-3: the invoice that a credit note takes back from, or a debit note raises."""

    number: str  # BT-25
    issued_on: date  # BT-26


@dataclass(frozen=True, slots=True)
class EuropeanInvoice:
    """An invoice, or a credit note, as EN 16931-1:2017 asks for it."""

    number: str  # BT-1
    issued_on: date  # BT-2
    type: TypeCode  # BT-3
    currency: str  # BT-5
    seller: Party  # BG-4
    buyer: Party  # BG-7
    lines: tuple[Line, ...]  # BG-25
    breakdown: tuple[Breakdown, ...]  # BG-23
    totals: Totals  # BG-22
    tax_currency: str | None = None  # BT-6
    due_on: date | None = None  # BT-9
    buyer_reference: str | None = None  # BT-10
    terms: str | None = None  # BT-20
    notes: tuple[str, ...] = ()  # BT-22
    preceding: Preceding | None = None  # BG-3
    days: Days | None = None  # BG-14
    payment: Payment | None = None  # BG-16
