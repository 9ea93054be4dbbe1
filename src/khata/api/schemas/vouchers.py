"""Vouchers of advances on the wire."""

from datetime import date
from typing import Any, Final, Literal, Self
from uuid import UUID

from pydantic import Field

from khata.api.schemas.coupons import PositiveAmount
from khata.api.schemas.fields import Asked, Created, Line, Told
from khata.api.schemas.invoice_parts import PlaceTold, SupplyTold, TaxTold
from khata.core.ids import public_id
from khata.core.tax.gst import TaxRow
from khata.db.reads.vouchers import VoucherView

KindName = Literal["receipt_voucher", "refund_voucher"]
_SOURCES: Final = {"invoice": "inv", "refund": "vch"}


class AdvanceRefundCreate(Asked):
    """Give back what is left of an advance, or a part of it."""

    amount: PositiveAmount | None = Field(
        None, description="With its tax, in minor units; else all that is left"
    )
    reason: Line = Field(description="Why; the voucher says so", examples=["Service not needed"])
    settle: Literal["refund", "outside"] = Field(
        "refund", description="Back the way it came, or by you, where khata does not see it"
    )


class AdvanceUse(Told):
    """What took up a part of an advance, and the tax that is inside that part."""

    object: Literal["advance_use"] = "advance_use"
    cause: Literal["invoice", "refund", "lapsed"] = Field(
        description="An invoice was paid from it; it was given back; or its time was over"
    )
    source: str | None = Field(description="The invoice, or the refund voucher")
    amount: int = Field(description="With its tax, in minor units", examples=[59000])
    tax: int = Field(description="The tax inside it", examples=[9000])
    used_on: date = Field(description="When")
    returned_on: date | None = Field(description="When the invoice became void, if it did")


class VoucherObject(Told):
    """A voucher: an advance was received, or given back. It never changes."""

    id: str = Field(examples=["vch_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["voucher"] = "voucher"
    livemode: bool = Field(description="Whether it is real, or a test")
    kind: KindName = Field(description="Received (CGST rule 50), or given back (rule 51)")
    number: str = Field(description="Gapless in its series", examples=["RV/25-26/00001"])
    customer: str = Field(description="Whose money it is")
    wallet: str = Field(description="Where it lies, or lay")
    invoice: str = Field(description="What asked for the money, or what it came back from")
    receipt: str | None = Field(description="Of a refund: the voucher that it undoes")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    description: str = Field(description="What it says", examples=["Advance received"])
    tax_code: str = Field(description="SAC of what the advance is for", examples=["998314"])
    net: int = Field(description="Without the tax that is inside", examples=[100000])
    tax: int = Field(description="The tax that is inside", examples=[18000])
    total: int = Field(description="What came, or went back: net + tax", examples=[118000])
    left: int = Field(description="What nothing has taken up yet, with its tax", examples=[59000])
    taxes: list[TaxTold] = Field(description="The tax by head")
    uses: list[AdvanceUse] = Field(description="What has taken it up")
    place_of_supply: PlaceTold = Field(description="Whose tax applies")
    supply: SupplyTold = Field(description="How it is taxed, and by which law")
    reason: str = Field(description="Why it is taxed so; of a refund, why it was given back")
    issued_on: date = Field(description="Its day")
    created: Created

    @classmethod
    def of(cls, view: VoucherView, livemode: bool) -> Self:
        return cls(
            id=public_id("vch", view.id),
            livemode=livemode,
            kind="refund_voucher" if view.receipt_id else "receipt_voucher",
            number=view.number,
            customer=public_id("cus", view.customer_id),
            wallet=public_id("wal", view.wallet_id),
            invoice=public_id("inv", view.invoice_id),
            receipt=public_id("vch", view.receipt_id) if view.receipt_id else None,
            currency=view.currency,
            description=view.description,
            tax_code=view.tax_code,
            net=view.net,
            tax=view.tax,
            total=view.total,
            left=view.left_total,
            taxes=[TaxTold.of(TaxRow(**row)) for row in view.taxes],
            uses=[_use(row) for row in view.uses],
            place_of_supply=PlaceTold(
                country=view.place_country, state=view.place_state, code=view.place_code
            ),
            supply=SupplyTold.model_validate(
                {
                    "kind": view.supply_kind,
                    "treatment": view.supply_treatment,
                    "law": view.law,
                    "lut_number": view.lut_number,
                }
            ),
            reason=view.reason,
            issued_on=view.issued_on,
            created=view.created_at,
        )


def _use(row: dict[str, Any]) -> AdvanceUse:
    prefix = _SOURCES.get(row["cause"])
    source = public_id(prefix, UUID(row["source"])) if prefix else None
    return AdvanceUse.model_validate({**row, "source": source})
