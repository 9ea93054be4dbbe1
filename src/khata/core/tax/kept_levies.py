"""A levy that an invoice keeps, for a document that goes back to it: the law of its day stays."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from khata.core.tax.gst import TaxRow
from khata.core.tax.levy import Levy, LevyTreatment, NationalVat, Regime, Rounding
from khata.core.tax.location import Evidence, EvidenceType
from khata.core.tax.national_vat import national_vat_of


def levy_from(stored: Mapping[str, Any] | None) -> Levy | None:
    """Return the levy that was kept, as `Levy.stored` gave it; None where none was.

    Its heads are in the lines of its invoice: here are their names alone, as those of a quote.
    """
    if stored is None:
        return None
    return Levy(
        regime=Regime(stored["regime"]),
        country=stored["country"],
        treatment=LevyTreatment(stored["treatment"]),
        law=stored["law"],
        reason=stored["reason"],
        state=stored.get("state"),
        scheme=stored.get("scheme"),
        wording=stored.get("wording"),
        rounding=Rounding(stored["rounding"]),
        currency=stored.get("currency"),
        seller_id=stored.get("seller_id"),
        buyer_id=stored.get("buyer_id"),
        warning=stored.get("warning"),
        evidence=tuple(_evidence(one) for one in stored.get("evidence", ())),
        conflict=stored.get("conflict", False),
        national=national_vat_of(stored),
        quoted=tuple(stored.get("names", ())),
    )


def _evidence(stored: Mapping[str, Any]) -> Evidence:
    return Evidence(
        EvidenceType(stored["type"]),
        stored["country"],
        stored.get("captured_at"),
        stored.get("source"),
    )


def of_raised(levy: Levy | None, rows: Iterable[TaxRow]) -> Levy | None:
    """Return the levy of an invoice as a debit note of these taxes tells it.

    Its VAT in the currency of its state is the note's own, at the invoice's rate of exchange.
    Rounds: half up. Source: Directive 2006/112/EC articles 219, 230: VAT to be adjusted.
    """
    if levy is None or levy.national is None:
        return levy
    tax = sum(row.amount for row in rows if row.name == "VAT")
    rate = levy.national.rate
    return replace(levy, national=NationalVat(rate.converted(tax), rate) if tax else None)
