"""A registration: under which name, tax number and place a tenant sells, and its number series."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from khata.core.places import Address
from khata.core.tax.gstin import parse_seller_gstin
from khata.core.tax.parties import Lut, Seller
from khata.core.tax.place_of_supply import GstinStateMismatch
from khata.core.tax.states import state_by_code, state_by_iso

DEFAULT_SERIES: Final[Mapping[str, str]] = {"invoice": "INV/{fy}/{n:05}"}


@dataclass(frozen=True, slots=True)
class Registration:
    """`series` maps a type of document to the pattern of its numbers; `luts` are by first day."""

    id: UUID
    legal_name: str
    country: str
    state: str | None
    tax_id_type: str | None
    tax_id: str | None
    address: Address
    luts: tuple[Lut, ...]
    series: Mapping[str, str]
    is_default: bool
    party_id: UUID
    created_at: datetime

    @property
    def gstin(self) -> str | None:
        """Return the number under which it charges GST: a number of another type is none."""
        return self.tax_id if self.tax_id_type == "in_gst" else None

    @property
    def seller(self) -> Seller:
        """Return the registration as tax sees it."""
        has_address = self.address.line1 is not None
        return Seller(self.country, self.state, self.gstin, self.luts, has_address)

    def facts(self, *, name: str, email: str) -> dict[str, Any]:
        """Return what a document will show of the seller. `name` is what it trades under."""
        return {
            "name": name,
            "legal_name": self.legal_name,
            "email": email,
            "country": self.country,
            "state": self.state,
            "address": self.address.stored(),
            "tax_id_type": self.tax_id_type,
            "tax_id": self.tax_id,
        }


def checked_seller_gstin(text: str, *, state: str | None, param: str) -> str:
    """Return a GSTIN one may sell under, in the state that was given.

    Raises: InvalidGstin, GstinStateMismatch.
    """
    gstin = parse_seller_gstin(text, param=param)
    of_gstin = state_by_code(gstin.state_code)
    if state is None or of_gstin is None or of_gstin.iso != state_by_iso(state).iso:
        where = of_gstin.name if of_gstin else gstin.state_code
        raise GstinStateMismatch(
            f"The GSTIN {gstin.value} is of {where}; the state given is {state or 'none'}",
            param=param,
        )
    return gstin.value
