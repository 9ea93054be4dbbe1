"""Checks of tax numbers, and evidence of where customers are, on the wire."""

from datetime import date
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Country, Created, Instant, ShortLine, Told
from khata.api.schemas.levies import EvidenceTypeName
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.core.tax.location import KeptEvidence
from khata.core.tax.tax_id_check import TaxIdCheck

CheckedTypeName = Literal["eu_vat", "gb_vat"]


class TaxIdCheckCreate(Asked):
    """Which of a customer's numbers is to be asked about."""

    type: CheckedTypeName = Field(description="Whose numbers these are", examples=["eu_vat"])


class TaxIdCheckObject(Told):
    """What a register answered about a customer's tax number; never changed."""

    id: str = Field(examples=["tic_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["tax_id_check"] = "tax_id_check"
    livemode: bool = Field(description="Whether a real register was asked")
    customer: str = Field(description="Whose number it is")
    type: CheckedTypeName = Field(description="Whose numbers these are")
    value: str = Field(description="The number that was asked about", examples=["DE136695976"])
    outcome: Literal["valid", "invalid", "unavailable"] = Field(
        description="In force, not in force, or no answer: which says nothing about the number"
    )
    register_name: str = Field(description="Who was asked", examples=["vies"])
    checked_on: date = Field(description="On which day")
    consultation_number: str | None = Field(description="The register's proof that it was asked")
    name: str | None = Field(description="Whose number it is by the register")
    address: str | None = Field(description="Where that is")
    detail: str | None = Field(description="Why there was no answer", examples=["MS_UNAVAILABLE"])
    created: Created

    @classmethod
    def of(cls, check: TaxIdCheck, livemode: bool) -> Self:
        return cls.model_validate(
            {
                "id": public_id("tic", check.id),
                "livemode": livemode,
                "customer": public_id("cus", check.customer_id),
                "type": check.type,
                "value": check.value,
                "outcome": check.outcome.value,
                "register_name": check.register,
                "checked_on": check.checked_on,
                "consultation_number": check.consultation_number,
                "name": check.name,
                "address": check.address,
                "detail": check.detail,
                "created": check.checked_at,
            }
        )


class EvidenceCreate(Asked):
    """Something that says where a customer is."""

    type: EvidenceTypeName = Field(description="What says so", examples=["ip"])
    country: Country
    captured_at: Instant | None = Field(None, description="Since when it is known; else now")
    source: ShortLine | None = Field(
        None, description="Where that was learned", examples=["geolocation of the checkout"]
    )


class LocationEvidenceObject(Told):
    """One item that says where a customer is; never changed."""

    id: str = Field(examples=["loc_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["location_evidence"] = "location_evidence"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Who is there")
    type: EvidenceTypeName = Field(description="What says so")
    country: str = Field(description="ISO 3166-1 alpha-2", examples=["DE"])
    captured_at: At = Field(description="Since when it is known")
    source: str | None = Field(description="Where that was learned")
    created: Created

    @classmethod
    def of(cls, one: KeptEvidence, livemode: bool) -> Self:
        return cls(
            id=public_id("loc", one.id),
            livemode=livemode,
            customer=public_id("cus", one.customer_id),
            type=one.type.value,
            country=one.country,
            captured_at=one.captured_at,
            source=one.source,
            created=one.created_at,
        )
