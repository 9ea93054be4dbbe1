"""Explaining credits: what a credit note takes back, and why no more."""

from fractions import Fraction
from typing import Any

from khata.core.explaining_prices import share_why
from khata.core.explaining_usage import usage_credit_why
from khata.core.explaining_words import days_named, named, number, rounded
from khata.core.explanation import CreditFacts, Why
from khata.core.money import half_up
from khata.core.tax.gst import TaxRow
from khata.core.words import grouped


def explain_credit(line: CreditFacts, currency: str) -> tuple[Why, tuple[Why, ...]]:
    """Return why a line of a credit note takes back what it does, and why its taxes do."""
    what = f"Credit for {named(line.description, line.basis)} {days_named(line.period)}"
    basis = line.basis or {}
    source = "docs/decisions/0019-a-change-credits-and-charges.md"
    if basis.get("rule") == "credit":
        why = share_why(basis, line.amount, f"{what}, not used", currency, source)
        if half_up(why.exact.numerator, why.exact.denominator) != line.amount:
            why = _capped(why, line.amount, currency)
    elif basis.get("rule") == "usage_credit":
        why = usage_credit_why(basis, line.amount, what, currency)
    else:
        text = f"{what}: {grouped(line.amount, currency)} taken back."
        kept = {key: value for key, value in basis.items() if key != "rule"}
        why = Why(line.amount, "as_asked", kept, Fraction(line.amount), "none", source, text)
    return why, tuple(_credited_tax(row, currency) for row in line.taxes)


def _capped(why: Why, amount: int, currency: str) -> Why:
    text = f"{why.text} No more than {grouped(amount, currency)} was left of the line."
    inputs = {**why.inputs, "left": amount}
    return Why(amount, "share_capped", inputs, Fraction(amount), "none", why.source, text,
               why.fraction)  # fmt: skip


def _credited_tax(row: TaxRow, currency: str) -> Why:
    exact = Fraction(row.taxable) * Fraction(row.rate) / 100
    inputs: dict[str, Any] = {"name": row.name, "taxable": row.taxable, "rate": row.rate}
    source, amount = "CGST Act 2017, s.34(1)", grouped(row.amount, currency)
    if row.name == "VAT":
        source = "Directive 2006/112/EC, art. 90, 219"
    if half_up(exact.numerator, exact.denominator) == row.amount:
        text = (
            f"{row.name} {number(row.rate)} % of {grouped(row.taxable, currency)} = "
            f"{amount}{rounded(exact)}."
        )
        fraction = (Fraction(row.rate) / 100).as_integer_ratio()
        return Why(row.amount, "tax_on_top", inputs, exact, "half_up", source, text, fraction)
    left = "what was left of the tax of the line"
    if row.name == "VAT":
        left += ", or its part of the note's, which is rounded once"
    text = f"{row.name} {number(row.rate)} %: {amount}, {left}."
    return Why(row.amount, "rest_of_tax", inputs, Fraction(row.amount), "none", source, text)
