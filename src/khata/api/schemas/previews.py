"""The invoice that would come next, on the wire: decided as the real one, and not stored."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from khata.api.schemas.explanations import LineWhyTold
from khata.api.schemas.fields import Told
from khata.api.schemas.invoice_parts import (
    LineFigures,
    PlaceTold,
    RateDecisionTold,
    TaxTold,
    rupees_told,
)
from khata.api.schemas.invoices import InvoiceFigures
from khata.api.schemas.levies import LevyTold
from khata.api.schemas.periods import PeriodTold
from khata.core.explaining_previews import explain_preview
from khata.core.explanation import LineWhy
from khata.core.ids import public_id
from khata.core.invoice import Invoice, Line
from khata.core.tax.gst import totals


class PreviewLine(LineFigures):
    """A line as it would be; it has no id yet."""

    object: Literal["invoice_line_preview"] = "invoice_line_preview"
    why: LineWhyTold = Field(description="Why it would be what it is")

    @classmethod
    def of(cls, line: Line, of: UUID | None, tax_behavior: str, why: LineWhy) -> Self:
        of = line.charge.subscription_id or of
        return cls(
            subscription=public_id("sub", of) if of else None,
            why=LineWhyTold.of(why),
            kind=line.charge.kind.value,
            description=line.description,
            quantity=line.charge.quantity,
            priced_quantity=(
                None
                if line.charge.priced_quantity is None
                else f"{line.charge.priced_quantity.normalize():f}"
            ),
            discount=line.discount,
            unit_amount=line.charge.unit_amount,
            amount=line.amount,
            tax_behavior="inclusive" if tax_behavior == "inclusive" else "exclusive",
            period=PeriodTold(start=line.period.start, end=line.period.end),
            tax_code=line.charge.tax_code,
            tax_nature=line.nature.value,
            rate_decision=RateDecisionTold.of(line.rate.stored() if line.rate else None),
            price=public_id("price", line.charge.price_id) if line.charge.price_id else None,
            taxes=[TaxTold.of(row) for row in line.taxes],
        )


class PreviewNamed(Told):
    """What a preview says of itself."""

    object: Literal["invoice_preview"] = "invoice_preview"
    livemode: bool = Field(description="Whether it is real, or a test")


class PreviewObject(InvoiceFigures, PreviewNamed):
    """The next invoice as it would be made. It has neither id nor number: nothing is stored."""

    lines: list[PreviewLine] = Field(description="What would be billed")

    @classmethod
    def of(cls, invoice: Invoice, livemode: bool) -> Self:
        place, supply = invoice.supply.place, invoice.supply
        subscription, period = invoice.subscription_id, invoice.period
        return cls.model_validate(
            {
                "livemode": livemode,
                "customer": public_id("cus", invoice.customer_id),
                "subscription": subscription and public_id("sub", subscription),
                "subscriptions": [public_id("sub", id) for id in invoice.subscription_ids],
                "registration": public_id("reg", invoice.registration_id),
                "currency": invoice.currency,
                "subtotal": invoice.subtotal,
                "discount": invoice.discount,
                "tax": invoice.tax,
                "round_off": invoice.round_off,
                "total": invoice.total,
                "collection_method": invoice.collection_method.value,
                "issued_on": invoice.issued_on,
                "due_on": invoice.due_on,
                "period": period and PeriodTold(start=period.start, end=period.end),
                "place_of_supply": PlaceTold(
                    country=place.country, state=place.state, code=place.code
                ),
                "supply": {
                    "kind": supply.kind.value,
                    "treatment": supply.treatment.value,
                    "law": supply.law,
                    "lut_number": supply.lut,
                },
                "document_kind": invoice.kind.value,
                "levy": LevyTold.of(supply.levy.stored() if supply.levy else None),
                "endorsement": supply.endorsement,
                "rupees": rupees_told(invoice.exchange, invoice),
                "lines": [
                    PreviewLine.of(line, subscription, invoice.tax_behavior, why)
                    for line, why in zip(invoice.lines, explain_preview(invoice), strict=True)
                ],
                "taxes": [
                    TaxTold.of(row)
                    for row in totals(row for line in invoice.lines for row in line.taxes)
                ],
            }
        )
