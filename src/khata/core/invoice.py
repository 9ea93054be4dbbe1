"""An invoice: lines, their taxes, and totals that are always the sum of their parts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from khata.core.catalog import TaxBehavior
from khata.core.charge import Charge
from khata.core.discounts import Cut, Reducible, Reduction, reduce
from khata.core.document_kind import DocumentKind
from khata.core.money import allocate
from khata.core.periods import Period
from khata.core.subscription import CollectionMethod
from khata.core.tax.gst import (
    Head,
    RoundOff,
    TaxedAmount,
    TaxRow,
    round_off,
    tax_exclusive,
    tax_inclusive,
)
from khata.core.tax.nature import Nature, TaxClass
from khata.core.tax.place_of_supply import Supply
from khata.core.tax.rate_changes import RateDecision
from khata.core.tax.rate_groups import shared_exclusive, shared_inclusive
from khata.core.tax.rupees import ExchangeRate


class InvoiceStatus(StrEnum):
    DRAFT = "draft"  # may change; has no number
    OPEN = "open"  # numbered and owed
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"  # written off


@dataclass(frozen=True, slots=True)
class LineCut:
    """What one discount took off a line: `amount` before tax, `off_price` off the price itself.

    They differ where the price has its tax inside. The amounts add up to the line's discount.
    """

    discount_id: UUID
    amount: int
    off_price: int


@dataclass(frozen=True, slots=True)
class Line:
    """One charge as it is billed: `amount` is after its discounts and before its tax."""

    id: UUID
    position: int
    charge: Charge
    discount: int  # before tax, too
    amount: int
    taxes: tuple[TaxRow, ...]
    cuts: tuple[LineCut, ...] = ()
    nature: Nature = Nature.TAXABLE
    rate: RateDecision | None = None  # where the rate changes around the invoice

    @property
    def description(self) -> str:
        return self.charge.description

    @property
    def period(self) -> Period:
        return self.charge.period

    @property
    def full(self) -> Period:
        return self.charge.full


@dataclass(frozen=True, slots=True)
class Billed:
    """A subscription that an invoice bills, and its period that the invoice opens."""

    subscription_id: UUID
    period: Period


@dataclass(frozen=True, slots=True)
class Invoice:
    """A finalized invoice but for its number, which is drawn when it is stored.

    subtotal = Σ (line.amount + line.discount); discount = Σ line.discount; tax = Σ line taxes;
    total = subtotal − discount + tax + round_off. `period` is the period of a subscription that
    it opens: there is one invoice for it, ever; None where it opens none. `settled` is what the
    customer's own funds pay of it as it is made. `bills` is set where it bills several
    subscriptions at once: all of them, of which `subscription_id` is the first.
    """

    id: UUID
    registration_id: UUID
    series: str
    financial_year: str
    customer_id: UUID
    subscription_id: UUID | None
    collection_method: CollectionMethod
    currency: str
    tax_behavior: str
    lines: tuple[Line, ...]
    subtotal: int
    discount: int
    tax: int
    round_off: int
    total: int
    issued_on: date
    due_on: date
    period: Period | None
    supply: Supply
    seller_party_id: UUID
    buyer_party_id: UUID
    settled: int = 0
    bills: tuple[Billed, ...] = ()
    kind: DocumentKind = DocumentKind.INVOICE
    exchange: ExchangeRate | None = None  # what values it in rupees, where it is in none
    original_id: UUID | None = None  # what a debit note raises
    note_reason: str | None = None  # … and why

    @property
    def subscription_ids(self) -> list[UUID]:
        """Return all subscriptions that it bills."""
        if self.bills:
            return sorted(one.subscription_id for one in self.bills)
        return [] if self.subscription_id is None else [self.subscription_id]

    @property
    def status(self) -> InvoiceStatus:
        """An invoice of nothing is paid as it is made, and so is one that funds pay in full."""
        return InvoiceStatus.OPEN if self.total > self.settled else InvoiceStatus.PAID


@dataclass(frozen=True, slots=True)
class Totals:
    lines: tuple[Line, ...]
    subtotal: int
    discount: int
    tax: int
    round_off: int
    total: int


def total_up(
    charges: Sequence[Charge],
    *,
    currency: str,
    tax_behavior: str,
    heads_of: Callable[[str, TaxClass, date | None], tuple[Head, ...]],
    rounding: RoundOff,
    ids: Iterator[UUID],
    reductions: Sequence[Reduction] = (),
    rates: Sequence[RateDecision | None] = (),
) -> Totals:
    """Take what coupons take off each charge, put tax on what is left, and add up.

    Rounds: each head of a line's tax half up (CGST Act leaves the invoice to us; see
    docs/tax.md), or once for all lines at one rate where the tax's own law says so; what an
    inclusive price leaves over joins the round-off, so the customer pays exactly the price.
    `rates` are the decisions of the charges, where a rate changes around their invoice.
    Raises: UnknownTaxCode.
    """
    inclusive = tax_behavior == TaxBehavior.INCLUSIVE
    tax_on = tax_inclusive if inclusive else tax_exclusive
    cuts = _cuts(charges, reductions) if reductions else None
    rates = rates or [None] * len(charges)
    heads = [
        heads_of(charge.tax_code, charge.tax_class, rate.on if rate else None)
        for charge, rate in zip(charges, rates, strict=True)
    ]
    asked = [charge.amount for charge in charges]
    if cuts is not None:
        asked = [
            amount - sum(cut.amount for cut in own) for amount, own in zip(asked, cuts, strict=True)
        ]
    lines = []
    subtotal = discount = tax = residue = 0
    for position, taxed in enumerate(_taxed(asked, heads, inclusive)):
        charge = charges[position]
        off = 0
        of_line: tuple[LineCut, ...] = ()
        if cuts is not None and cuts[position]:
            own = heads[position]
            off = tax_on(charge.amount, own).net - tax_on(asked[position], own).net
            of_line = _line_cuts(cuts[position], off)
        rate = rates[position]
        lines.append(
            Line(next(ids), position, charge, off, taxed.net, taxed.taxes, of_line, rate=rate)
        )
        subtotal += taxed.net + off
        discount += off
        residue += taxed.residue
        for row in taxed.taxes:
            tax += row.amount
    total = subtotal - discount + tax + residue
    rounded = round_off(total, rounding, currency)
    return Totals(tuple(lines), subtotal, discount, tax, residue + rounded, total + rounded)


def _taxed(
    asked: Sequence[int], heads: Sequence[tuple[Head, ...]], inclusive: bool
) -> Sequence[TaxedAmount]:
    """Return each line with its taxes, by the rounding that they ask for."""
    if any(head.grouped for own in heads for head in own):
        if inclusive:
            return shared_inclusive(asked, heads)
        on_top = [tax_exclusive(amount, own) for amount, own in zip(asked, heads, strict=True)]
        return shared_exclusive(on_top, heads)
    tax_on = tax_inclusive if inclusive else tax_exclusive
    return [tax_on(amount, own) for amount, own in zip(asked, heads, strict=True)]


def _cuts(charges: Sequence[Charge], reductions: Sequence[Reduction]) -> list[tuple[Cut, ...]]:
    reducibles = [Reducible(one.amount, one.plan_id, one.subscription_id) for one in charges]
    return reduce(reducibles, reductions)


def _line_cuts(cuts: Sequence[Cut], off: int) -> tuple[LineCut, ...]:
    """Return what each took off before tax: its share of the whole, by largest remainder."""
    parts = allocate(off, [cut.amount for cut in cuts])
    return tuple(
        LineCut(cut.reduction.id, part, cut.amount) for cut, part in zip(cuts, parts, strict=True)
    )


def due_on(issued_on: date, days_until_due: int) -> date:
    """Return the last day to pay; the invoice is overdue from the day after."""
    return issued_on + timedelta(days=days_until_due)
