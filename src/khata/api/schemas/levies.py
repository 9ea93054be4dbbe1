"""The tax of another state on the wire: a seller's numbers for it, and what was decided."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Country, Day, ShortLine, Told
from khata.core.tax.location import EvidenceType
from khata.core.tax.national_vat import national_vat_of
from khata.core.tax.parties import VatRegistration, VatScheme
from khata.core.tax.vat_wording import spelled

VatSchemeName = Literal["local", "union_oss", "non_union_oss"]
EvidenceTypeName = Literal["billing_address", "ip", "bank", "card", "sim", "phone", "other"]


class VatRegistrationAsked(Asked):
    """A number that VAT is accounted for under."""

    country: Country = Field(description="Who gave it: a member state, or GB")
    number: ShortLine = Field(
        description="With its country in front; the non-Union shop's is EU and nine digits",
        examples=["EU372000041"],
    )
    scheme: VatSchemeName = Field(
        description="Registered in the state itself, or for the one-stop shop that it runs",
        examples=["non_union_oss"],
    )
    valid_from: Day = Field(description="The first day it holds", examples=["2026-01-01"])
    valid_to: Day | None = Field(None, description="The last day it holds")

    @property
    def registration(self) -> VatRegistration:
        return VatRegistration(
            self.country, self.number, VatScheme(self.scheme), self.valid_from, self.valid_to
        )


VatRegistrations = Annotated[
    list[VatRegistrationAsked],
    Field(
        max_length=60,
        description="All its numbers for VAT; VAT is charged only where one of them covers it",
    ),
]


class VatRegistrationTold(Told):
    """A number that VAT is accounted for under."""

    country: str = Field(description="Who gave it", examples=["IE"])
    number: str = Field(description="With its country in front", examples=["EU372000041"])
    scheme: VatSchemeName = Field(description="Registered in the state, or for its one-stop shop")
    valid_from: Day = Field(description="The first day it holds")
    valid_to: Day | None = Field(description="The last day it holds; null: no end is known")

    @classmethod
    def of(cls, one: VatRegistration) -> Self:
        return cls.model_construct(
            country=one.country,
            number=one.number,
            scheme=one.scheme.value,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )


class EvidenceTold(Told):
    """One item that says where a consumer is."""

    type: EvidenceTypeName = Field(description="What said so", examples=["ip"])
    country: str = Field(description="ISO 3166-1 alpha-2", examples=["DE"])
    captured_at: str | None = Field(description="Since when it is known")
    source: str | None = Field(description="Where that was learned")


class NationalVatTold(Told):
    """VAT in the currency of the state that it is owed to."""

    currency: str = Field(description="ISO 4217", examples=["EUR"])
    tax: int = Field(description="In minor units")
    rate: str = Field(description="One unit of it in the document's currency")
    on: date = Field(description="The day it was published for")
    source: str = Field(description="Who published it")


class LevyTold(Told):
    """The tax of another state than India on the sale, as it was decided, with its law."""

    regime: Literal["vat", "sales_tax", "gst"] = Field(description="Which tax", examples=["vat"])
    country: str = Field(description="Whose it is, or would be", examples=["DE"])
    state: str | None = Field(description="The state within, where it is a state's")
    treatment: Literal["taxable", "reverse_charge", "exempt", "out_of_scope", "not_registered"] = (
        Field(
            description="Charged, owed by the buyer, exempt, outside the tax, or due without a "
            "registration of the seller and so not charged",
            examples=["reverse_charge"],
        )
    )
    scheme: VatSchemeName | None = Field(description="Under which of the seller's schemes")
    wording: str | None = Field(
        description="The words that the document carries for it", examples=["Reverse charge"]
    )
    law: str = Field(description="What decided it", examples=["Directive 2006/112/EC art. 44, 196"])
    reason: str = Field(description="The same in a sentence")
    seller_id: str | None = Field(description="The seller's number for it")
    buyer_id: str | None = Field(description="The buyer's number for it")
    warning: str | None = Field(
        description="The name of what the seller has to look at", examples=[None]
    )
    evidence: list[EvidenceTold] = Field(description="What says where a consumer is")
    conflict: bool = Field(description="Whether other evidence disagrees")
    national: NationalVatTold | None = Field(
        description="The VAT in its state's currency, where the document's is another",
        examples=[None],
    )

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Self | None:
        if kept is None:
            return None
        key = kept.get("wording")
        return cls(
            regime=kept["regime"],
            country=kept["country"],
            state=kept.get("state"),
            treatment=kept["treatment"],
            scheme=kept.get("scheme"),
            wording=spelled(key, country=kept["country"]) if key else None,
            law=kept["law"],
            reason=kept["reason"],
            seller_id=kept.get("seller_id"),
            buyer_id=kept.get("buyer_id"),
            warning=kept.get("warning"),
            evidence=[
                EvidenceTold(
                    type=EvidenceType(one["type"]).value,
                    country=one["country"],
                    captured_at=one.get("captured_at"),
                    source=one.get("source"),
                )
                for one in kept.get("evidence", ())
            ],
            conflict=bool(kept.get("conflict")),
            national=_national(kept),
        )


def _national(kept: Mapping[str, Any]) -> NationalVatTold | None:
    told = national_vat_of(kept)
    if told is None:
        return None
    return NationalVatTold(
        currency=told.rate.unit,
        tax=told.tax,
        rate=f"{told.rate.rate:f}",
        on=told.rate.on,
        source=told.rate.source,
    )
