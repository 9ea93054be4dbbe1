"""The tax of a sale as an invoice would have it: lines, rows, total, and the reasons for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from khata.core.catalog import TaxBehavior
from khata.core.character import characterize
from khata.core.charge import Charge, LineKind
from khata.core.document_kind import DocumentKind
from khata.core.invoice import Line, total_up
from khata.core.periods import Period
from khata.core.tax.gst import RoundOff, TaxRow, round_off, totals
from khata.core.tax.national_vat import asks_for_rate, missing, with_national_vat
from khata.core.tax.nature import Nature, TaxClass
from khata.core.tax.place_of_supply import Supply, SupplyKind, Treatment
from khata.core.tax.rate_table import rate_row
from khata.core.tax.rupees import ExchangeRate
from khata.core.tax_asking import with_quote
from khata.core.terms import Terms

NOBODY = UUID(int=0)  # of what is not stored


@dataclass(frozen=True, slots=True)
class PricedLine:
    """`amount` is in minor units, with its tax inside where the behaviour is inclusive."""

    reference: str
    amount: int
    tax_code: str
    tax_behavior: TaxBehavior = TaxBehavior.EXCLUSIVE
    tax_class: TaxClass = TaxClass.STANDARD


@dataclass(frozen=True, slots=True)
class CalculatedLine:
    """`amount` is what is taxed; `source` is the row of rates, where one decided."""

    reference: str
    tax_code: str
    amount: int
    taxes: tuple[TaxRow, ...]
    nature: Nature
    reason: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Calculation:
    """What an invoice would say: subtotal + tax + round_off = total."""

    kind: DocumentKind
    supply: Supply
    currency: str
    lines: tuple[CalculatedLine, ...]
    taxes: tuple[TaxRow, ...]
    subtotal: int
    tax: int
    round_off: int
    total: int
    exchange: ExchangeRate | None
    notes: tuple[str, ...]
    discount: int = 0  # amounts come as they are asked for


def calculate(
    lines: Sequence[PricedLine], terms: Terms, *, currency: str, rounding: RoundOff
) -> Calculation:
    """Return the tax of these lines under these terms.

    Lines of both behaviours may stand side by side: each is taxed in its own way.
    Raises: UnknownTaxCode, TaxCodeTooShort, ReverseChargeMixed, TaxQuoteNeeded.
    """
    taxed: dict[int, Line] = {}
    left, decided = 0, terms
    for behavior in TaxBehavior:
        places = [place for place, line in enumerate(lines) if line.tax_behavior is behavior]
        summed = total_up(
            [_charge(lines[place], terms) for place in places],
            currency=currency,
            tax_behavior=behavior,
            heads_of=terms.heads_of,
            rounding=RoundOff.NONE,
            ids=iter(lambda: NOBODY, None),
        )
        if places:
            summed, decided = with_quote(
                summed,
                terms,
                subject=str(NOBODY),
                currency=currency,
                tax_behavior=behavior,
                rounding=RoundOff.NONE,
            )
        taxed |= dict(zip(places, summed.lines, strict=True))
        left += summed.round_off
    terms = decided
    character = characterize([taxed[place] for place in range(len(lines))], terms)
    rows = totals(row for line in character.lines for row in line.taxes)
    # Nothing is issued: a rate that is missing is told, and refuses nothing.
    facts = replace(terms.facts, foreseen=True)
    levy = with_national_vat(character.supply.levy, rows, currency, facts, on=terms.on)
    supply = replace(character.supply, levy=levy)
    subtotal = sum(line.amount for line in character.lines)
    tax = sum(row.amount for row in rows)
    left += round_off(subtotal + tax + left, rounding, currency)
    return Calculation(
        kind=character.kind,
        supply=supply,
        currency=currency,
        lines=tuple(
            _calculated(asked, line, character.supply, terms)
            for asked, line in zip(lines, character.lines, strict=True)
        ),
        taxes=rows,
        subtotal=subtotal,
        tax=tax,
        round_off=left,
        total=subtotal + tax + left,
        exchange=terms.facts.exchange_rate(currency, terms.on) if terms.seller.gstin else None,
        notes=tuple(_notes(supply, currency, terms)),
    )


def _charge(line: PricedLine, terms: Terms) -> Charge:
    day = Period(terms.on, terms.on + timedelta(days=1))
    return Charge(
        LineKind.ONE_TIME,
        line.reference,
        line.tax_code,
        line.amount,
        day,
        day,
        unit_amount=line.amount,
        tax_class=line.tax_class,
    )


_REASONS = {
    Treatment.OUT_OF_SCOPE: "No tax is charged: it lies outside the tax",
    Treatment.COMPOSITION: "No tax is charged: the seller is under composition",
    Treatment.EXEMPT: "No tax is charged: the customer comes under a notification",
    Treatment.ZERO_RATED_LUT: "The rate is shown and no tax charged: under a letter of undertaking",
    Treatment.REVERSE_CHARGE: "The rate is shown and no tax charged: the customer pays it",
}
_NATURES = {
    Nature.NIL_RATED: "No tax is charged: the schedule of rates says nil",
    Nature.EXEMPT: "No tax is charged: it is exempt by notification",
    Nature.NON_GST: "No tax is charged: it is outside GST",
}


def _calculated(asked: PricedLine, line: Line, supply: Supply, terms: Terms) -> CalculatedLine:
    reason = _NATURES.get(line.nature) or _REASONS.get(supply.treatment)
    if reason is None:
        percent = " + ".join(f"{row.name} {row.rate} %" for row in line.taxes)
        inside = "inside the price" if asked.tax_behavior is TaxBehavior.INCLUSIVE else "on top"
        reason = f"{percent}, {inside}, each rounded half up"
    elif supply.levy is not None and (supply.levy.heads or supply.levy.quoted):
        names = {head.name for head in supply.levy.heads} | set(supply.levy.quoted)
        percent = " + ".join(f"{row.name} {row.rate} %" for row in line.taxes if row.name in names)
        reason = f"{reason}. {percent} by the law of {supply.levy.country}"
    return CalculatedLine(
        asked.reference,
        asked.tax_code,
        line.amount,
        line.taxes,
        line.nature,
        reason,
        _source(asked, line, supply, terms),
    )


def _source(asked: PricedLine, line: Line, supply: Supply, terms: Terms) -> str | None:
    if asked.tax_class.nature is not Nature.TAXABLE or not (
        line.taxes or line.nature is not Nature.TAXABLE
    ):
        return None
    if supply.treatment in (Treatment.OUT_OF_SCOPE, Treatment.COMPOSITION, Treatment.EXEMPT):
        return None
    return rate_row(asked.tax_code, on=terms.on, own=terms.facts.rates).source


def _notes(supply: Supply, currency: str, terms: Terms) -> Iterable[str]:
    if supply.kind is SupplyKind.EXPORT and currency == "INR":
        yield (
            "An export is paid in foreign exchange, or in rupees only where the Reserve Bank "
            "permits it (IGST Act s.2(6)(iv); Circular 202/14/2023-GST)"
        )
    if supply.kind is SupplyKind.EXPORT:
        yield (
            "Payment is to come within a year of the invoice, or the tax falls due with interest "
            "(CGST rule 96A(1)(b))"
        )
    levy = supply.levy
    if levy is not None and levy.national is None and asks_for_rate(levy, currency):
        yield missing(levy, currency, on=terms.on)
