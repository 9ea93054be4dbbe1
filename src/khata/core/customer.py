"""A customer: whom the tenant sells to, with tax numbers and ways to pay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from khata.core.places import Address
from khata.core.tax.gstin import parse_gstin
from khata.core.tax.parties import Buyer


class TaxIdType(StrEnum):
    """Whose number it is. Only India's is checked; the others are shown as they were given."""

    IN_GST = "in_gst"
    EU_VAT = "eu_vat"
    GB_VAT = "gb_vat"
    US_EIN = "us_ein"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TaxId:
    type: TaxIdType
    value: str


@dataclass(frozen=True, slots=True)
class Customer:
    """`party_id` is the snapshot that documents made now will show."""

    id: UUID
    name: str
    email: str | None
    currency: str
    timezone: str
    country: str
    state: str | None
    address: Address
    tax_ids: tuple[TaxId, ...]
    sez: bool
    party_id: UUID
    metadata: Mapping[str, str]
    created_at: datetime

    @property
    def buyer(self) -> Buyer:
        """Return the customer as tax sees it."""
        gstin = next((id.value for id in self.tax_ids if id.type is TaxIdType.IN_GST), None)
        return Buyer(self.country, self.state, gstin, self.sez)

    def facts(self) -> dict[str, Any]:
        """Return what a document will show of the customer."""
        shown = self.tax_ids[0] if self.tax_ids else None
        return {
            "name": self.name,
            "email": self.email,
            "country": self.country,
            "state": self.state,
            "address": self.address.stored(),
            "tax_id_type": shown.type if shown else None,
            "tax_id": shown.value if shown else None,
            "sez": self.sez,
        }


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A customer's way to pay: a gateway, and the gateway's name for it."""

    id: UUID
    customer_id: UUID
    gateway: str
    token: str
    is_default: bool
    created_at: datetime
    detached_at: datetime | None = None


def checked_tax_id(type: TaxIdType, value: str, *, param: str) -> TaxId:
    """Return the tax number as it is written on documents. Raises: InvalidGstin."""
    if type is TaxIdType.IN_GST:
        return TaxId(type, parse_gstin(value, param=param).value)
    return TaxId(type, value.strip().upper())
