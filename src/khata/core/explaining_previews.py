"""Explaining what is not stored: lines of an invoice, or of a note, as they were just decided."""

from collections.abc import Sequence
from uuid import UUID

from khata.core.catalog import TaxBehavior
from khata.core.credit_note import CreditNote
from khata.core.explaining import REVERSED, explain_line
from khata.core.explaining_credits import explain_credit
from khata.core.explanation import CreditFacts, CutFacts, LineFacts, LineWhy, Why
from khata.core.invoice import Invoice, Line
from khata.core.tax.place_of_supply import Treatment

# Also of what is stored: why no tax is taken, by the treatment of the supply.
UNTAXED = {
    Treatment.ZERO_RATED_LUT.value: "it is supplied under a letter of undertaking, at zero",
    Treatment.OUT_OF_SCOPE.value: "it lies outside the tax",
    Treatment.COMPOSITION.value: "the seller is under composition and may not collect it",
    Treatment.EXEMPT.value: "supplies to the customer are exempt by notification",
    Treatment.REVERSE_CHARGE.value: REVERSED,
}


def explain_preview(invoice: Invoice) -> list[LineWhy]:
    """Return why each line of a decided invoice is what it is, as its stored twin will say."""
    cuts = _cuts(invoice.lines)
    inclusive = invoice.tax_behavior == TaxBehavior.INCLUSIVE
    untaxed = UNTAXED.get(invoice.supply.treatment.value)
    return [
        explain_line(_facts(line, own, inclusive), invoice.currency, zero_rated=untaxed)
        for line, own in zip(invoice.lines, cuts, strict=True)
    ]


def explain_previewed_note(note: CreditNote) -> list[tuple[Why, tuple[Why, ...]]]:
    """Return why each line of a decided credit note takes back what it does, and its taxes."""
    return [
        explain_credit(
            CreditFacts(line.line.description, line.amount, line.period, line.basis, line.taxes),
            note.invoice.currency,
        )
        for line in note.lines
    ]


def _facts(line: Line, cuts: tuple[CutFacts, ...], inclusive: bool) -> LineFacts:
    charge = line.charge
    return LineFacts(
        line.description,
        charge.kind.value,
        charge.quantity,
        charge.unit_amount,
        charge.amount,
        line.discount,
        line.amount,
        inclusive,
        charge.period,
        charge.full,
        charge.basis,
        line.taxes,
        cuts,
    )


def _cuts(lines: Sequence[Line]) -> list[tuple[CutFacts, ...]]:
    """Return what is taken off each line; a preview knows how much, and not the coupon's name."""
    taken: dict[UUID, int] = {}
    found: dict[UUID, int] = {}
    befores = []
    for line in lines:
        left, own = line.charge.amount, []
        for cut in line.cuts:
            own.append(left)
            taken[cut.discount_id] = taken.get(cut.discount_id, 0) + cut.off_price
            found[cut.discount_id] = found.get(cut.discount_id, 0) + left
            left -= cut.off_price
        befores.append(own)
    return [
        tuple(
            CutFacts(
                "Discount",
                None,
                cut.off_price,
                cut.amount,
                left,
                taken[cut.discount_id],
                found[cut.discount_id],
            )
            for cut, left in zip(line.cuts, own, strict=True)
        )
        for line, own in zip(lines, befores, strict=True)
    ]
