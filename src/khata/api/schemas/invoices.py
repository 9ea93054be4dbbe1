"""Invoices on the wire: as they stand, and as the next one would be."""

from datetime import date
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Amount, Asked, Created, Id, Line, ShortLine, Told
from khata.api.schemas.invoice_parts import (
    DocumentKindName,
    LineObject,
    PartyTold,
    PlaceTold,
    RupeesTold,
    SupplyTold,
    TaxTold,
    rupees_told,
)
from khata.api.schemas.levies import LevyTold
from khata.api.schemas.periods import At, PeriodTold
from khata.api.schemas.tds import TdsWithheld
from khata.core.ids import public_id
from khata.core.tax.gst import totals
from khata.db.reads.invoices import InvoiceView

InvoiceStatusName = Literal["open", "paid", "void", "uncollectible"]


class InvoicePay(Asked):
    """Try to collect it now."""

    payment_method: Id | None = Field(
        None,
        description="By which of the customer's methods; else as it is collected anyway",
        examples=["pm_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )


class InvoiceMarkPaid(Asked):
    """Money that came without a gateway: all that is owed, a part of it, or more."""

    method: Literal["bank_transfer", "upi", "cheque", "cash", "other"] = Field(
        description="How it came"
    )
    reference: ShortLine = Field(
        description="The bank's name for it: a UTR, a cheque's number",
        examples=["UTR HDFCN52026013112345678"],
    )
    amount: Amount | None = Field(
        None,
        description="What came, in minor units; else all that is owed, less `tds`. Less leaves the "
        "rest owed, and more is the customer's credit",
    )
    tds: TdsWithheld | None = Field(None, description="Tax that the customer withheld of it")


class DebitLineAsked(Asked):
    """By how much one line is raised."""

    line: Id = Field(description="The line of the invoice", examples=["il_06f3k2x8c1a4t9w0m5"])
    amount: Amount = Field(gt=0, description="What is added, before tax, in minor units")


class DebitNoteCreate(Asked):
    """Raise what an invoice asked for."""

    invoice: Id = Field(description="The invoice", examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    lines: list[DebitLineAsked] = Field(
        min_length=1, max_length=100, description="Which of its lines asked for too little"
    )
    reason: Line = Field(description="Why; the note says so", examples=["Two more seats"])


class RevisedInvoiceCreate(Asked):
    """Revise an invoice of the time before the certificate of registration."""

    invoice: Id = Field(description="The invoice", examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    tax_behavior: Literal["exclusive", "inclusive"] | None = Field(
        None,
        description="Whether the tax comes on top of what was billed, or is within it; null: as "
        "the prices of the invoice say",
    )


class PreviewAsked(Asked):
    """Whose next invoice."""

    subscription: Id = Field(
        description="The subscription", examples=["sub_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )


class InvoiceFigures(Told):
    """What an invoice and a preview of one have in common."""

    customer: str = Field(description="Who owes it")
    subscription: str | None = Field(description="What it bills; of several the first")
    subscriptions: list[str] = Field(description="All subscriptions that it bills")
    registration: str = Field(description="Under which registration it is issued")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    subtotal: int = Field(description="The lines, before tax, in minor units", examples=[100000])
    discount: int = Field(description="Taken off before tax", examples=[0])
    tax: int = Field(description="All taxes of all lines", examples=[18000])
    round_off: int = Field(
        description="To whole rupees where the account asks for it, and what an inclusive price "
        "leaves over",
        examples=[0],
    )
    total: int = Field(
        description="subtotal - discount + tax + round_off, in minor units", examples=[118000]
    )
    collection_method: Literal["charge_automatically", "send_invoice"] = Field(
        description="Who moves the money"
    )
    issued_on: date = Field(description="Its day", examples=["2026-01-31"])
    due_on: date = Field(description="The last day to pay", examples=["2026-01-31"])
    period: PeriodTold | None = Field(description="The days it bills")
    place_of_supply: PlaceTold = Field(description="Whose tax applies")
    supply: SupplyTold = Field(description="How it is taxed, and by which law")
    levy: LevyTold | None = Field(
        description="The tax of another state on the same sale: VAT; null where there is none"
    )
    document_kind: DocumentKindName = Field(
        description="A bill of supply, where nothing on it bears tax or the seller collects none; "
        "a debit note, which raises another; a revised invoice, which takes the place of one"
    )
    endorsement: str | None = Field(
        description="What the law makes it say of an export, an SEZ, composition, or no IRN"
    )
    rupees: RupeesTold | None = Field(
        description="Its value in rupees, of an Indian seller's in another currency; null while no "
        "rate of exchange is on file"
    )
    taxes: list[TaxTold] = Field(description="The taxes of all lines, by head and rate")


class InvoiceNamed(Told):
    """What an invoice is called."""

    id: str = Field(examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["invoice"] = "invoice"
    livemode: bool = Field(description="Whether it is real, or a test")
    number: str = Field(description="Gapless in its series", examples=["INV/25-26/00001"])
    status: InvoiceStatusName = Field(description="What became of it", examples=["paid"])


class InvoiceObject(InvoiceFigures, InvoiceNamed):
    """A numbered invoice. Its figures never change; only what became of it does."""

    original_invoice: str | None = Field(
        description="The invoice that a debit note raises, or that a revised one stands for"
    )
    reason: str | None = Field(description="Why, of a debit note or a revised invoice")
    revised_by: str | None = Field(description="The revised invoice that took its place")
    lines: list[LineObject] = Field(description="What is billed")
    amount_due: int = Field(description="What is still owed, in minor units", examples=[0])
    amount_paid: int = Field(
        description="What was paid of it so far, in parts or at once, with what was withheld",
        examples=[118000],
    )
    tds_withheld: int = Field(
        description="How much of `amount_paid` the customer withheld as TDS", examples=[0]
    )
    credit_applied: int = Field(
        description="How much of it the customer's credit balance paid", examples=[0]
    )
    wallet_applied: int = Field(description="… and the customer's wallets", examples=[0])
    amount_credited: int = Field(
        description="What credit notes took off what was owed, in minor units", examples=[0]
    )
    seller: PartyTold = Field(description="Who sold, as on that day")
    buyer: PartyTold = Field(description="Who bought, as on that day")
    hosted_url: str = Field(
        description="The customer's page, behind a link that cannot be guessed",
        examples=["https://khata.example/i/ten_06f3…/4fJ2…"],
    )
    paid_at: At | None = Field(description="When it was paid in full")
    voided_at: At | None = Field(description="When it was voided")
    written_off_at: At | None = Field(description="When it was given up as a loss")
    created: Created

    @classmethod
    def of(cls, view: InvoiceView, livemode: bool, *, base_url: str) -> Self:
        of, original, revised = view.subscription_id, view.original_invoice_id, view.revised_by
        tenant = public_id("ten", view.tenant_id)
        home = view.seller["country"]
        return cls.model_validate(
            {
                "id": public_id("inv", view.id),
                "livemode": livemode,
                "number": view.number,
                "status": view.status,
                "customer": public_id("cus", view.customer_id),
                "subscription": public_id("sub", of) if of else None,
                "subscriptions": [public_id("sub", id) for id in view.subscription_ids],
                "registration": public_id("reg", view.registration_id),
                "currency": view.currency,
                "subtotal": view.subtotal,
                "discount": view.discount,
                "tax": view.tax,
                "round_off": view.round_off,
                "total": view.total,
                "amount_due": view.amount_due,
                "amount_paid": view.amount_paid,
                "tds_withheld": view.tds_withheld,
                "credit_applied": view.credit_applied,
                "wallet_applied": view.wallet_applied,
                "amount_credited": view.amount_credited,
                "collection_method": view.collection_method,
                "issued_on": view.issued_on,
                "due_on": view.due_on,
                "period": PeriodTold.of(view.period_start, view.period_end),
                "place_of_supply": PlaceTold(
                    country=view.place_country, state=view.place_state, code=view.place_code
                ),
                "supply": {
                    "kind": view.supply_kind,
                    "treatment": view.supply_treatment,
                    "law": view.law,
                    "lut_number": view.lut_number,
                },
                "document_kind": view.document_kind,
                "levy": LevyTold.of(view.levy),
                "endorsement": view.endorsement,
                "original_invoice": original and public_id("inv", original),
                "reason": view.note_reason,
                "revised_by": revised and public_id("inv", revised),
                "rupees": rupees_told(view.exchange, view),
                "lines": [LineObject.of(line) for line in view.lines],
                "taxes": [
                    TaxTold.of(row)
                    for row in totals(row for line in view.lines for row in line.taxes)
                ],
                "seller": PartyTold.of(view.seller, seller_country=home),
                "buyer": PartyTold.of(view.buyer, seller_country=home),
                "hosted_url": f"{base_url}/i/{tenant}/{view.link_token}",
                "paid_at": view.paid_at,
                "voided_at": view.voided_at,
                "written_off_at": view.written_off_at,
                "created": view.created_at,
            }
        )
