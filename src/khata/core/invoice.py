"""An invoice: lines, their taxes, and totals that are always the sum of their parts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from khata.core.catalog import Item, PriceModel, TaxBehavior
from khata.core.money import Money
from khata.core.periods import Period
from khata.core.pricing import price_of
from khata.core.proration import prorate
from khata.core.subscription import CollectionMethod
from khata.core.tax.gst import (
    Head,
    RoundOff,
    TaxRow,
    round_off,
    tax_exclusive,
    tax_inclusive,
)
from khata.core.tax.place_of_supply import Supply


class InvoiceStatus(StrEnum):
    DRAFT = "draft"  # may change; has no number
    OPEN = "open"  # numbered and owed
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"  # written off


@dataclass(frozen=True, slots=True)
class Line:
    """One price for one period. `amount` is before tax; `full` is the period the price is for."""

    id: UUID
    position: int
    item: Item
    description: str
    amount: int
    period: Period
    full: Period
    taxes: tuple[TaxRow, ...]

    @property
    def quantity(self) -> int:
        """How many times the unit amount is billed: a flat price is one, whatever the quantity."""
        return 1 if self.item.model is PriceModel.FLAT else self.item.quantity


@dataclass(frozen=True, slots=True)
class Invoice:
    """A finalized invoice but for its number, which is drawn when it is stored.

    subtotal = Σ line.amount; tax = Σ line taxes; total = subtotal + tax + round_off.
    """

    id: UUID
    registration_id: UUID
    series: str
    financial_year: str
    customer_id: UUID
    subscription_id: UUID
    collection_method: CollectionMethod
    currency: str
    tax_behavior: str
    lines: tuple[Line, ...]
    subtotal: int
    tax: int
    round_off: int
    total: int
    issued_on: date
    due_on: date
    period: Period
    supply: Supply
    seller_party_id: UUID
    buyer_party_id: UUID

    @property
    def status(self) -> InvoiceStatus:
        """An invoice of nothing is paid as it is made."""
        return InvoiceStatus.OPEN if self.total > 0 else InvoiceStatus.PAID


@dataclass(frozen=True, slots=True)
class Totals:
    lines: tuple[Line, ...]
    subtotal: int
    tax: int
    round_off: int
    total: int


def total_up(
    items: Sequence[Item],
    *,
    currency: str,
    tax_behavior: str,
    period: Period,
    full: Period,
    heads_of: Callable[[str], tuple[Head, ...]],
    rounding: RoundOff,
    ids: Iterator[UUID],
) -> Totals:
    """Price the items for the period, put tax on each line, and add up.

    Rounds: each line half up, each head of its tax half up (CGST Act leaves the invoice to us;
    see docs/tax.md); what an inclusive price leaves over joins the round-off, so the customer
    pays exactly the price. Raises: AmountTooLarge, UnknownTaxCode.
    """
    inclusive = tax_behavior == TaxBehavior.INCLUSIVE
    lines = []
    subtotal = tax = residue = 0
    for item in items:
        price = price_of(item.model, item.unit_amount, item.quantity)
        if period != full:
            price = prorate(Money(price, currency), period=full, part=period).amount
        heads = heads_of(item.tax_code)
        taxed = tax_inclusive(price, heads) if inclusive else tax_exclusive(price, heads)
        lines.append(
            Line(
                next(ids),
                item.position,
                item,
                _described(item, period, full),
                taxed.net,
                period,
                full,
                taxed.taxes,
            )
        )
        subtotal += taxed.net
        residue += taxed.residue
        for row in taxed.taxes:
            tax += row.amount
    total = subtotal + tax + residue
    rounded = round_off(total, rounding, currency)
    return Totals(tuple(lines), subtotal, tax, residue + rounded, total + rounded)


def _described(item: Item, period: Period, full: Period) -> str:
    if period == full:
        return item.plan_name
    return f"{item.plan_name} ({period.days} of {full.days} days)"


def due_on(issued_on: date, days_until_due: int) -> date:
    """Return the last day to pay; the invoice is overdue from the day after."""
    return issued_on + timedelta(days=days_until_due)
