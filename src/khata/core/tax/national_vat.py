"""The VAT of a document in the currency of the state that it is owed to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from khata.core.refusal import Refusal
from khata.core.tax.cross_rates import CrossRate
from khata.core.tax.gst import TaxRow
from khata.core.tax.levy import Levy, LevyTreatment, NationalVat, Regime
from khata.core.tax.parties import VatScheme
from khata.core.tax.tenant_facts import TenantFacts


class VatExchangeRateMissing(Refusal):
    """VAT has to be told in the currency of its state, and no rate of exchange is on file."""


def with_national_vat(
    levy: Levy | None, rows: Iterable[TaxRow], currency: str, facts: TenantFacts, *, on: date
) -> Levy | None:
    """Return a levy with its VAT in the currency of its state, where the document has another.

    It is owed under a registration in the state itself. Documents under the one-stop shop are
    left as they are: its return converts the sums of a quarter by the rate of its last day
    (articles 366, 369h), and the rules of invoices are those of the state that runs it (219a).
    Of a day to come no rate is known, and none is asked for. Rounds: half up.
    Raises: VatExchangeRateMissing.
    Source: Directive 2006/112/EC articles 91(2), 230; VAT Regulations 1995 (UK) reg. 14(1)(l).
    """
    if levy is None or not asks_for_rate(levy, currency):
        return levy
    tax = sum(row.amount for row in rows if row.name == "VAT")
    if not tax:
        return levy
    assert levy.currency is not None
    rate = facts.cross_rate(levy.currency, currency, on)
    if rate is not None:
        return replace(levy, national=NationalVat(rate.converted(tax), rate))
    if facts.foreseen:
        return levy
    raise VatExchangeRateMissing(missing(levy, currency, on=on), param="currency")


def missing(levy: Levy, currency: str, *, on: date) -> str:
    """Say what rate of exchange is missing for a document of a day."""
    whose = levy.currency if currency == "INR" else f"{levy.currency} and {currency}"
    return (
        f"VAT of {levy.country} has to be told in {levy.currency} ({_law(levy)}), and no rate of "
        f"exchange for {currency} is on file for {on}: add those of {whose} to rupees, of one day "
        "of the week before it and of one source"
    )


def national_vat_of(levy: Mapping[str, Any] | None) -> NationalVat | None:
    """Return what a kept levy says of its VAT in the currency of its state, or None."""
    kept = (levy or {}).get("national")
    if kept is None:
        return None
    rate = CrossRate(
        kept["currency"],
        kept["of"],
        Decimal(kept["rate"]),
        date.fromisoformat(kept["on"]),
        kept["source"],
    )
    return NationalVat(kept["tax"], rate)


def taken_back(levy: Mapping[str, Any], *, before: int, tax: int) -> Mapping[str, Any]:
    """Return the levy of an invoice as a credit note tells it, with the VAT that the note takes.

    `before` is what earlier notes took, so that all of them together come to what the invoice told.
    At the invoice's rate. Source: Directive 2006/112/EC articles 219, 230: VAT to be adjusted.
    """
    told = national_vat_of(levy)
    if told is None:
        return levy
    part = told.rate.converted(before + tax) - told.rate.converted(before)
    if not tax:
        return {key: value for key, value in levy.items() if key != "national"}
    return {**levy, "national": replace(told, tax=part).stored()}


def _law(levy: Levy) -> str:
    uk = levy.country == "GB"
    return "VAT Regulations 1995 reg. 14(1)(l)" if uk else "Directive 2006/112/EC art. 230"


def asks_for_rate(levy: Levy | None, currency: str) -> bool:
    """Say whether VAT of a document in this currency has to be told in its state's as well."""
    return (
        levy is not None
        and levy.regime is Regime.VAT
        and levy.treatment is LevyTreatment.TAXABLE
        and levy.scheme == VatScheme.LOCAL
        and levy.currency not in (None, currency)
    )
