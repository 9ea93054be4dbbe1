"""Explanations on the wire: how each amount came to be."""

from typing import Any, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.core.explanation import LineWhy, Why
from khata.core.ids import public_id
from khata.db.reads.explanations import ExplainedInvoice, ExplainedNote


class WhyTold(Told):
    """One amount, and what it was made of."""

    amount: int = Field(description="The amount, in minor units", examples=[70000])
    rule: str = Field(description="How the inputs became the amount", examples=["share"])
    inputs: dict[str, Any] = Field(description="What went in; amounts in minor units")
    fraction: str | None = Field(description="The share that was taken", examples=["21/30"])
    exact: str = Field(description="Before rounding, in minor units", examples=["70000"])
    rounding: Literal["half_up", "largest_remainder", "none"] = Field(
        description="How it became whole minor units"
    )
    source: str = Field(description="The law, decision or page behind the rule")
    text: str = Field(
        description="The same in words",
        examples=["Premium from 10 June to 30 June 2026: 21 of 30 days of ₹1,000.00 = ₹700.00."],
    )

    @classmethod
    def of(cls, why: Why) -> Self:
        return cls(
            amount=why.amount,
            rule=why.rule,
            inputs=dict(why.inputs),
            fraction=None if why.fraction is None else f"{why.fraction[0]}/{why.fraction[1]}",
            exact=str(why.exact),
            rounding=why.rounding,
            source=why.source,
            text=why.text,
        )


class LineWhyTold(Told):
    """Why a line is what it is."""

    text: str = Field(description="All of it in words, but for the taxes")
    price: WhyTold = Field(description="What was asked, before discounts")
    net: WhyTold = Field(description="What is left of it before tax")
    discounts: list[WhyTold] = Field(description="What coupons took off, in their order")
    taxes: list[WhyTold] = Field(description="Each head of tax on it")

    @classmethod
    def of(cls, why: LineWhy) -> Self:
        return cls(
            text=why.text,
            price=WhyTold.of(why.price),
            net=WhyTold.of(why.net),
            discounts=[WhyTold.of(one) for one in why.discounts],
            taxes=[WhyTold.of(one) for one in why.taxes],
        )


class ExplainedLineTold(Told):
    """A line of the invoice, explained."""

    line: str = Field(description="The line", examples=["il_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    why: LineWhyTold = Field(description="Why it is what it is")


class ExplainedCreditLine(Told):
    """A line of a credit note, explained."""

    why: WhyTold = Field(description="Why so much is taken back, before tax")
    taxes: list[WhyTold] = Field(description="Each head of tax that is taken back")


class ExplainedNoteTold(Told):
    """A credit note against the invoice, explained."""

    credit_note: str = Field(
        description="The credit note", examples=["cn_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    number: str = Field(description="Its number", examples=["CN/26-27/00001"])
    total: int = Field(description="What it takes back with tax, in minor units")
    void: bool = Field(description="Whether it became void since, and takes nothing back")
    lines: list[ExplainedCreditLine] = Field(description="Line by line")

    @classmethod
    def of(cls, note: ExplainedNote) -> Self:
        return cls(
            credit_note=public_id("cn", note.id),
            number=note.number,
            total=note.total,
            void=note.is_void,
            lines=[
                ExplainedCreditLine(why=WhyTold.of(why), taxes=[WhyTold.of(tax) for tax in taxes])
                for why, taxes in note.lines
            ],
        )


class InvoiceExplanation(Told):
    """Every amount of an invoice, and of the credit notes against it, with its reason."""

    object: Literal["invoice_explanation"] = "invoice_explanation"
    livemode: bool = Field(description="Whether it is real, or a test")
    invoice: str = Field(description="The invoice", examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    lines: list[ExplainedLineTold] = Field(description="Line by line")
    total: WhyTold = Field(description="How it adds up")
    credit_notes: list[ExplainedNoteTold] = Field(description="What was taken back since")

    @classmethod
    def of(cls, explained: ExplainedInvoice, livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            invoice=public_id("inv", explained.id),
            currency=explained.currency,
            lines=[
                ExplainedLineTold(line=public_id("il", id), why=LineWhyTold.of(why))
                for id, why in explained.lines
            ],
            total=WhyTold.of(explained.total),
            credit_notes=[ExplainedNoteTold.of(note) for note in explained.notes],
        )
