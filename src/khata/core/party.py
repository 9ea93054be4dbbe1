"""A party as documents show it: which of its tax numbers, and what that number is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from khata.core.tax.foreign_ids import LABELS
from khata.core.tax.gstin import is_uin


@dataclass(frozen=True, slots=True)
class ShownTaxId:
    """A tax number on a document. `type` is a TaxIdType, or None of old."""

    type: str | None
    value: str

    @property
    def label(self) -> str:
        if self.type == "in_gst":
            return "UIN" if is_uin(self.value) else "GSTIN"
        return _LABELS.get(self.type or "", "Tax id")


def tax_id_shown(facts: Mapping[str, Any], *, seller_country: str) -> ShownTaxId | None:
    """Return the number that a document of this seller shows of a party, if it has one.

    An Indian seller's invoice names the recipient's GSTIN or UIN, whatever other numbers it has;
    else the first number counts. Source: CGST Rules, rule 46(d).
    """
    if seller_country == "IN" and facts.get("gstin"):
        return ShownTaxId("in_gst", facts["gstin"])
    if not facts.get("tax_id"):
        return None
    return ShownTaxId(facts.get("tax_id_type"), facts["tax_id"])


_LABELS: Final = {"eu_vat": "VAT ID", "gb_vat": "VAT number", **LABELS}
