"""The invoice that would come next, on the wire: decided as the real one, and not stored."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.api.schemas.invoice_parts import LineFigures, PlaceTold, TaxTold
from khata.api.schemas.invoices import InvoiceFigures
from khata.api.schemas.periods import PeriodTold
from khata.core.ids import public_id
from khata.core.invoice import Invoice, Line
from khata.core.tax.gst import totals


class PreviewLine(LineFigures):
    """A line as it would be; it has no id yet."""

    object: Literal["invoice_line_preview"] = "invoice_line_preview"

    @classmethod
    def of(cls, line: Line, tax_behavior: str) -> Self:
        return cls(
            description=line.description,
            quantity=line.quantity,
            unit_amount=line.item.unit_amount,
            amount=line.amount,
            tax_behavior="inclusive" if tax_behavior == "inclusive" else "exclusive",
            period=PeriodTold(start=line.period.start, end=line.period.end),
            tax_code=line.item.tax_code,
            price=public_id("price", line.item.price_id),
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
        return cls.model_validate(
            {
                "livemode": livemode,
                "customer": public_id("cus", invoice.customer_id),
                "subscription": public_id("sub", invoice.subscription_id),
                "registration": public_id("reg", invoice.registration_id),
                "currency": invoice.currency,
                "subtotal": invoice.subtotal,
                "discount": 0,
                "tax": invoice.tax,
                "round_off": invoice.round_off,
                "total": invoice.total,
                "collection_method": invoice.collection_method.value,
                "issued_on": invoice.issued_on,
                "due_on": invoice.due_on,
                "period": PeriodTold(start=invoice.period.start, end=invoice.period.end),
                "place_of_supply": PlaceTold(
                    country=place.country, state=place.state, code=place.code
                ),
                "supply": {
                    "kind": supply.kind.value,
                    "treatment": supply.treatment.value,
                    "law": supply.law,
                    "lut_number": supply.lut,
                },
                "endorsement": supply.endorsement,
                "lines": [PreviewLine.of(line, invoice.tax_behavior) for line in invoice.lines],
                "taxes": [
                    TaxTold.of(row)
                    for row in totals(row for line in invoice.lines for row in line.taxes)
                ],
            }
        )
