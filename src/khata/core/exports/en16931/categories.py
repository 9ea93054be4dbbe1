"""VAT categories: what was decided about a sale, as EN 16931 codes it, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from khata.core.document import DocumentLine
from khata.core.exports.en16931.model import Category
from khata.core.note_document import Document
from khata.core.refusal import Refusal
from khata.core.tax.levy import LevyTreatment
from khata.core.tax.vat_wording import spelled


class NoEuropeanVat(Refusal):
    """The document bears a tax that is not VAT, which EN 16931 has no place for."""


@dataclass(frozen=True, slots=True)
class VatTreated:
    """Category and rate, and why no tax is charged."""

    category: Category
    rate: str | None
    reason: str | None = None
    reason_code: str | None = None


# Source: EN 16931 BR-AE-10, BR-O-10, BR-E-10; code list VATEX of the European Commission.
OUT_OF_SCOPE: Final = VatTreated(Category.OUT_OF_SCOPE, None, "Not subject to VAT", "VATEX-EU-O")
_EXEMPT: Final = VatTreated(Category.EXEMPT, "0", "Exempt from VAT")


def checked_levy(document: Document, levy: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the levy of a document; empty where no VAT has part in it. Raises: NoEuropeanVat."""
    others = sorted({row.name for row in document.taxes if row.amount and row.name != "VAT"})
    if others:
        raise NoEuropeanVat(
            f"{document.number} bears {', '.join(others)}, and EN 16931 knows VAT only; it is given"
            " out as PDF, or as its own country's e-invoice"
        )
    if levy and levy.get("regime") != "vat":
        raise NoEuropeanVat(f"{document.number} is taxed by {levy.get('country')}, not by VAT")
    return levy or {}


def category_of(line: DocumentLine, levy: Mapping[str, Any]) -> VatTreated:
    """Return how VAT treats a line; of a taxed sale a line without a rate is exempt.

    Source: EN 16931-1, BT-151; UNCL 5305. Who is not registered charges none: category O.
    """
    treatment = levy.get("treatment")
    if treatment == LevyTreatment.REVERSE_CHARGE:
        words = spelled(levy.get("wording") or "reverse_charge", country=levy["country"])
        return VatTreated(Category.REVERSE_CHARGE, "0", words, "VATEX-EU-AE")
    if treatment == LevyTreatment.EXEMPT:
        return _EXEMPT
    if treatment != LevyTreatment.TAXABLE:
        return OUT_OF_SCOPE
    rate = next((row.rate for row in line.taxes if row.name == "VAT"), None)
    if rate is None:
        return _EXEMPT
    return VatTreated(Category.STANDARD if Fraction(rate) else Category.ZERO, rate)
