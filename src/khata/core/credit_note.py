"""A credit note: what is taken back of an issued invoice, never more than is left of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from khata.core.money import half_up
from khata.core.note_treatment import NoteTreatment, check_in_time, limit_of, without_tax
from khata.core.periods import Period
from khata.core.refusal import Kind, Refusal
from khata.core.tax.gst import TaxRow
from khata.core.tax.note_limits import NoteLimit
from khata.core.tax.rate_groups import shared_back


class NothingToCredit(Refusal):
    """Nothing is left of the invoice, or of the line, that could be taken back."""

    kind = Kind.CONFLICT


class CreditExceedsLine(Refusal):
    """More is to be taken back than is left of the line after its earlier credits."""


class Settle(StrEnum):
    """Where the money of a credit goes, once the invoice itself owes nothing more."""

    CREDIT_BALANCE = "credit_balance"
    REFUND = "refund"
    NONE = "none"  # given back where khata does not see it


@dataclass(frozen=True, slots=True)
class BilledTax:
    """One tax of a billed line, and what notes have taken back of it."""

    name: str
    rate: str  # percent as a decimal
    taxable: int
    amount: int
    credited: int
    grouped: bool = False  # rounded once for all lines of a document

    @property
    def left(self) -> int:
        return self.amount - self.credited


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line as it was billed, after its discounts; `credited` is what notes took back, net.

    Days from `used_until` on were taken back already, by a change or an end.
    """

    invoice_id: UUID
    position: int
    kind: str
    item_id: UUID | None
    description: str
    tax_code: str
    period: Period
    full: Period
    amount: int
    credited: int
    taxes: tuple[BilledTax, ...]
    used_until: date
    basis: Mapping[str, Any] | None = None
    subscription_id: UUID | None = None  # only where one invoice billed several
    without_tax: int = 0  # of what is credited: what commercial notes took, whose tax stays

    @property
    def left(self) -> int:
        return self.amount - self.credited


@dataclass(frozen=True, slots=True)
class BilledInvoice:
    """An issued invoice as crediting it sees it.

    `owed` is what can be taken off what it owes: nothing while an attempt to collect it is open,
    for that may bring the whole. Where it billed several subscriptions, `subscription_id` is the
    one that is looked at; the lines are all there.
    """

    id: UUID
    number: str
    registration_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    currency: str
    total: int
    owed: int
    round_off: int
    credited: int  # by all notes so far, with tax
    seller_party_id: UUID
    buyer_party_id: UUID
    lines: tuple[BilledLine, ...]
    issued_on: date | None = None  # None: its day bounds nothing, as none of its tax is GST
    annual_return_on: date | None = None  # of the financial year it was issued in, where told
    buyer_registered: bool = False


@dataclass(frozen=True, slots=True)
class CreditLine:
    """What is taken back of one line: `amount` is net, `period` the days that it is for.

    It `takes_days` where those were not used; else it takes money only, of the whole line.
    """

    id: UUID
    line: BilledLine
    amount: int
    taxes: tuple[TaxRow, ...]
    period: Period
    basis: Mapping[str, Any] | None = None
    takes_days: bool = False


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A note but for its number, which is drawn when it is stored. total = the four parts of it."""

    id: UUID
    invoice: BilledInvoice
    lines: tuple[CreditLine, ...]
    subtotal: int
    tax: int
    round_off: int
    total: int
    to_invoice: int
    to_balance: int
    to_refund: int
    outside: int
    reason: str
    cause: str
    issued_on: date
    series: str
    financial_year: str
    treatment: NoteTreatment = NoteTreatment.GST
    limit: NoteLimit | None = None  # until when it may take tax back; None: it takes none

    @property
    def wants_reversal(self) -> bool:
        """Whether its tax is lowered only where the buyer gives back what it deducted of it.

        Source: CGST Act s.34(2), proviso, from 1 October 2025 (Notification 16/2025-CT).
        """
        return self.invoice.buyer_registered and self.limit is not None

    @property
    def subscription_id(self) -> UUID | None:
        """Return the subscription whose lines it takes back, or else the invoice's own."""
        own = {line.line.subscription_id for line in self.lines}
        return (own.pop() if len(own) == 1 else None) or self.invoice.subscription_id


def credit_line(
    line: BilledLine,
    amount: int,
    *,
    id: UUID,
    period: Period | None = None,
    basis: Mapping[str, Any] | None = None,
) -> CreditLine:
    """Return what taking back `amount` of a line comes to, with its tax.

    With a `period` its days are taken back, too, and cannot be again.
    Never more than is left of the line. Rounds: each tax half up of that net, capped by what is
    left of it; what takes the last of a line takes the last of its taxes, unless a commercial note
    took a part of it whose tax stays payable.
    Source: CGST Act s.34(1); docs/decisions/0019-a-change-credits-and-charges.md
    """
    net = max(0, min(amount, line.left))
    taxes = _taxes_back(line, net)
    takes_days = period is not None
    return CreditLine(id, line, net, taxes, period or line.period, basis, takes_days)


def _taxes_back(line: BilledLine, net: int) -> tuple[TaxRow, ...]:
    """Return each tax on what it was on: the net, the net with the taxes before it, or a part."""
    rows: list[TaxRow] = []
    billed = 0
    for tax in line.taxes:
        before = sum(row.amount for row in rows)
        base = taxable_of(line, net, tax.taxable, billed=billed, taxes=before)
        rows.append(TaxRow(tax.name, tax.rate, base, _tax(tax, base, net, line)))
        billed += tax.amount
    return tuple(rows)


def taxable_of(line: BilledLine, amount: int, taxable: int, *, billed: int, taxes: int) -> int:
    """Return what a tax is on, of an amount that a note takes off a line or puts on it.

    It is the amount, the amount with the taxes before it, or the part of it that was taxable of
    the line: some states tax a part of a price. `billed` and `taxes` are the taxes before it, of
    the line and of the amount: docs/decisions/0039. Rounds: a part half up.
    """
    if taxable == line.amount:
        return amount
    if taxable == line.amount + billed:
        return amount + taxes
    return half_up(amount * taxable, line.amount) if line.amount else amount


def _tax(tax: BilledTax, base: int, net: int, line: BilledLine) -> int:
    if net == line.left and not line.without_tax:
        return tax.left
    if tax.amount == 0:
        return 0
    rate = Fraction(tax.rate) / 100
    return min(half_up(base * rate.numerator, rate.denominator), tax.left)


def credit_note(
    invoice: BilledInvoice,
    lines: Sequence[CreditLine],
    *,
    id: UUID,
    reason: str,
    cause: str,
    settle: Settle,
    issued_on: date,
    series: str,
    financial_year: str,
    rounding: int | None = None,
    commercial_series: str | None = None,
) -> CreditNote:
    """Return the note of these lines: it lowers what is owed first, and settles the rest.

    What the invoice was rounded by goes back with the last of its lines; unless a sum with tax was
    asked for: then `rounding` are the minor units of it that no line can be taken apart into.
    A commercial note, numbered in its own series, takes back value alone. Taxes that are rounded
    once for a document are rounded once for the note.
    Raises: CreditNoteTooLate. Source: CGST Act s.34(2).
    """
    treatment = NoteTreatment.GST
    limit = limit_of(invoice, lines, on=issued_on)
    if commercial_series is None:
        check_in_time(invoice, limit, on=issued_on)
        lines = rounded_together(lines)
    else:
        treatment, limit, rounding = NoteTreatment.COMMERCIAL, None, 0
        series, lines = commercial_series, without_tax(lines)
    subtotal = sum(line.amount for line in lines)
    tax = sum(row.amount for line in lines for row in line.taxes)
    round_off = invoice.round_off if _takes_all(invoice, lines) else 0
    if rounding is not None:
        round_off = rounding
    total = max(0, min(subtotal + tax + round_off, invoice.total - invoice.credited))
    round_off = total - subtotal - tax
    to_invoice = min(total, invoice.owed)
    rest = total - to_invoice
    return CreditNote(
        id,
        invoice,
        tuple(lines),
        subtotal,
        tax,
        round_off,
        total,
        to_invoice,
        rest if settle is Settle.CREDIT_BALANCE else 0,
        rest if settle is Settle.REFUND else 0,
        rest if settle is Settle.NONE else 0,
        reason,
        cause,
        issued_on,
        series,
        financial_year,
        treatment,
        limit,
    )


def rounded_together(lines: Sequence[CreditLine]) -> list[CreditLine]:
    """Return the lines of a note with taxes of one rate rounded once, where their law says so.

    Source: EN 16931 BR-CO-17, which holds for a credit note as for an invoice.
    """
    groups: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for place, line in enumerate(lines):
        for at, tax in enumerate(line.line.taxes):
            if tax.grouped:
                groups.setdefault((tax.name, tax.rate), []).append((place, at))
    if not groups:
        return list(lines)
    rows = [list(line.taxes) for line in lines]
    for where in groups.values():
        back = shared_back(
            [rows[place][at] for place, at in where],
            [lines[place].line.taxes[at].left for place, at in where],
            bases=[rows[place][at].taxable for place, at in where],
            last=[lines[place].amount == lines[place].line.left for place, _ in where],
        )
        for (place, at), row in zip(where, back, strict=True):
            rows[place][at] = row
    return [replace(line, taxes=tuple(own)) for line, own in zip(lines, rows, strict=True)]


def _takes_all(invoice: BilledInvoice, lines: Sequence[CreditLine]) -> bool:
    """Say whether nothing is left of any line of the invoice after these."""
    taken: dict[int, int] = {}
    for line in lines:
        taken[line.line.position] = taken.get(line.line.position, 0) + line.amount
    return all(line.left == taken.get(line.position, 0) for line in invoice.lines)


def whole_credit(invoice: BilledInvoice, ids: Iterator[UUID]) -> list[CreditLine]:
    """Return the lines that take back all that is left of an invoice. Raises: NothingToCredit."""
    lines = [credit_line(line, line.left, id=next(ids)) for line in invoice.lines if line.left]
    if not lines:
        raise NothingToCredit(f"Nothing is left of invoice {invoice.number} to take back")
    return lines
