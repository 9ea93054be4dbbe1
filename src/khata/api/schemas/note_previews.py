"""Credit notes that would come, on the wire: decided as real ones, with why, and not stored."""

from typing import Self

from pydantic import Field

from khata.api.schemas.credit_notes import NoteFigures, NoteLine
from khata.api.schemas.explanations import WhyTold
from khata.api.schemas.invoice_parts import TaxTold
from khata.api.schemas.periods import PeriodTold
from khata.core.credit_note import CreditLine, CreditNote
from khata.core.explaining_previews import explain_previewed_note
from khata.core.explanation import Why
from khata.core.ids import public_id


class NotePreviewLine(NoteLine):
    """What would be taken back of one line, and why so much."""

    why: WhyTold = Field(description="Why so much would be taken back, before tax")
    taxes_why: list[WhyTold] = Field(description="Why each of its taxes would be")

    @classmethod
    def of(cls, line: CreditLine, why: Why, taxes: tuple[Why, ...]) -> Self:
        return cls(
            why=WhyTold.of(why),
            taxes_why=[WhyTold.of(tax) for tax in taxes],
            description=line.line.description,
            amount=line.amount,
            tax_code=line.line.tax_code,
            period=PeriodTold(start=line.period.start, end=line.period.end),
            taxes=[TaxTold.of(row) for row in line.taxes],
            basis=dict(line.basis) if line.basis else None,
        )


class NotePreview(NoteFigures):
    """What a note would come to. It has neither id nor number: nothing is stored."""

    lines: list[NotePreviewLine] = Field(description="What would be taken back")

    @classmethod
    def of(cls, note: CreditNote) -> Self:
        explained = explain_previewed_note(note)
        return cls(
            invoice=public_id("inv", note.invoice.id),
            currency=note.invoice.currency,
            lines=[
                NotePreviewLine.of(line, why, taxes)
                for line, (why, taxes) in zip(note.lines, explained, strict=True)
            ],
            subtotal=note.subtotal,
            tax=note.tax,
            round_off=note.round_off,
            total=note.total,
            to_invoice=note.to_invoice,
            to_balance=note.to_balance,
            to_refund=note.to_refund,
            outside=note.outside,
            reason=note.reason,
        )
