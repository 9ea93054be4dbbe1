"""Credit notes on the wire."""

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Amount, Asked, Created, Id, Line, Told
from khata.api.schemas.invoice_parts import TaxTold
from khata.api.schemas.periods import PeriodTold
from khata.core.ids import public_id
from khata.core.tax.gst import TaxRow
from khata.db.reads.credit_notes import CreditNoteView


class CreditLineAsked(Asked):
    """How much of one line is taken back."""

    line: Id = Field(description="The line of the invoice", examples=["il_06f3k2x8c1a4t9w0m5"])
    amount: Amount | None = Field(
        None, description="Before tax, in minor units; else all that is left of the line"
    )


class CreditNoteCreate(Asked):
    """Take back a part of an invoice, or all that is left of it."""

    invoice: Id = Field(description="The invoice", examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    lines: list[CreditLineAsked] | None = Field(
        None, min_length=1, max_length=100, description="Else all that is left of every line"
    )
    reason: Line = Field(description="Why; the note says so", examples=["Service was down"])
    settle: Literal["credit_balance", "refund", "none"] = Field(
        "credit_balance",
        description="Where the rest goes once the invoice owes nothing more: to the customer's "
        "balance, back the way it came, or nowhere that khata sees",
    )
    commercial: bool = Field(
        False,
        description="Takes back value alone, in a Financial Credit Note: the tax stays payable. "
        "The only way once the law's time for taking tax back is over (CGST Act s.34(2))",
    )


class ItcReversalTold(Asked):
    """What the customer did with the input tax that it had deducted."""

    status: Literal["unknown", "accepted", "rejected"] = Field(
        description="As the Invoice Management System shows it", examples=["accepted"]
    )


class NoteLine(Told):
    """What is taken back of one line."""

    object: Literal["credit_note_line"] = "credit_note_line"
    description: str = Field(description="What was billed", examples=["Premium"])
    amount: int = Field(description="Before tax, in minor units", examples=[50000])
    tax_code: str = Field(description="HSN or SAC", examples=["998314"])
    period: PeriodTold = Field(description="The days that are taken back")
    taxes: list[TaxTold] = Field(description="The tax that goes with it")
    basis: dict[str, Any] | None = Field(
        description="How the amount was made: the share of what was billed, or null"
    )


class NoteFigures(Told):
    """What a note comes to, stored or not."""

    invoice: str = Field(description="What it takes back of")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    subtotal: int = Field(description="Before tax, in minor units", examples=[50000])
    tax: int = Field(description="The tax that goes with it", examples=[9000])
    round_off: int = Field(description="What the invoice was rounded by, with its last line")
    total: int = Field(description="subtotal + tax + round_off", examples=[59000])
    to_invoice: int = Field(description="What it lowers the invoice by, of what was still owed")
    to_balance: int = Field(description="What becomes the customer's credit")
    to_refund: int = Field(description="What goes back the way it came")
    outside: int = Field(description="What is given back where khata does not see it")
    reason: str = Field(description="Why")


class CreditNoteObject(NoteFigures):
    """A numbered credit note. It never changes, but it may become void."""

    lines: list[NoteLine] = Field(description="What is taken back")
    id: str = Field(examples=["cn_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["credit_note"] = "credit_note"
    livemode: bool = Field(description="Whether it is real, or a test")
    number: str = Field(description="Gapless in its series", examples=["CN/25-26/00001"])
    customer: str = Field(description="Whose it is")
    subscription: str | None = Field(description="What it is of")
    cause: str = Field(description="change, cancel, pause, usage, or manual", examples=["change"])
    treatment: Literal["gst", "commercial"] = Field(
        description="Whether it takes the tax back, or value alone"
    )
    declare_by: date | None = Field(
        description="Until when a return must declare it; null: it takes no GST back"
    )
    warning: Literal["declaration_closing"] | None = Field(
        description="`declaration_closing`: only a return that is filed early declares it in time"
    )
    itc_reversal_status: Literal["unknown", "accepted", "rejected"] | None = Field(
        description="Whether the registered customer gave back the input tax; null: there is none"
    )
    issued_on: date = Field(description="Its day")
    voided_at: datetime | None = Field(
        description="When it became void, its IRN being cancelled; null: it stands"
    )
    created: Created

    @classmethod
    def told(cls, view: CreditNoteView, livemode: bool) -> Self:
        return cls(
            id=public_id("cn", view.id),
            livemode=livemode,
            number=view.number,
            customer=public_id("cus", view.customer_id),
            subscription=public_id("sub", view.subscription_id) if view.subscription_id else None,
            cause=view.cause,
            treatment=view.treatment,
            declare_by=view.declare_by,
            warning="declaration_closing" if view.is_closing else None,
            itc_reversal_status=view.itc_reversal_status,
            issued_on=view.issued_on,
            voided_at=view.voided_at,
            created=view.created_at,
            invoice=public_id("inv", view.invoice_id),
            currency=view.currency,
            lines=[_line(line) for line in view.lines],
            subtotal=view.subtotal,
            tax=view.tax,
            round_off=view.round_off,
            total=view.total,
            to_invoice=view.to_invoice,
            to_balance=view.to_balance,
            to_refund=view.to_refund,
            outside=view.outside,
            reason=view.reason,
        )


def _line(line: dict[str, Any]) -> NoteLine:
    return NoteLine(
        description=line["description"],
        amount=line["amount"],
        tax_code=line["tax_code"],
        period=PeriodTold(
            start=date.fromisoformat(line["period_start"]),
            end=date.fromisoformat(line["period_end"]),
        ),
        taxes=[TaxTold.of(TaxRow(**tax)) for tax in line["taxes"]],
        basis=line["basis"],
    )
