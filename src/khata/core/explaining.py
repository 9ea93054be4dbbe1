"""Explaining: stored facts of an invoice become the words and figures that led to each amount.

Nothing is decided again here: what was kept with a line is told, so that it cannot differ.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from khata.core.explaining_prices import explain_price
from khata.core.explaining_words import number, rounded
from khata.core.explanation import CutFacts, LineFacts, LineWhy, Why
from khata.core.money import half_up
from khata.core.tax.gst import TaxRow
from khata.core.words import grouped

_PAGE = "docs/explaining.md"
_COUPONS = "docs/coupons_and_wallets.md"
_LAWS = {
    "CGST": "CGST Act 2017, s.9(1)",
    "SGST": "the state's GST Act 2017, s.9(1)",
    "UTGST": "UTGST Act 2017, s.7(1)",
    "IGST": "IGST Act 2017, s.5(1)",
    "CESS": "GST (Compensation to States) Act 2017, s.8",
}
REVERSED = "the customer pays it on reverse charge"
_ZERO_BY = {REVERSED: "CGST Act 2017, s.9(3); IGST Act 2017, s.5(3)"}


def explain_line(line: LineFacts, currency: str, *, zero_rated: str | None = None) -> LineWhy:
    """Return why a line is what it is. `zero_rated` says why no tax is taken, where none is."""
    return LineWhy(
        explain_price(line, currency),
        _net(line, currency),
        tuple(_cut(cut, currency) for cut in line.cuts),
        tuple(_tax(row, line, currency, zero_rated) for row in line.taxes),
    )


def _net(line: LineFacts, currency: str) -> Why:
    source = _PAGE + "#tax-inside"
    off = sum(cut.off_price for cut in line.cuts)
    if not line.inclusive:
        exact = Fraction(line.price - line.discount)
        rule = "less_discount" if line.discount else "as_priced"
        spelled = f"{grouped(line.price, currency)} − {grouped(line.discount, currency)}"
        text = f"Left of it before tax: {spelled} = {grouped(line.amount, currency)}."
        taken = {"price": line.price, "off": line.discount}
        return Why(line.amount, rule, taken, exact, "none", _PAGE + "#discounts", text)
    asked = line.price - off
    rate = _inside(line)
    exact = Fraction(asked) * 100 / (100 + rate)
    text = (
        f"{grouped(asked, currency)} has {number(rate)} % of tax inside it: "
        f"{grouped(asked, currency)} × 100 / {number(100 + rate)} = "
        f"{grouped(line.amount, currency)} before tax{rounded(exact)}."
    )
    fraction = (Fraction(100) / (100 + rate)).as_integer_ratio()
    inputs: dict[str, Any] = {"price": line.price, "off": off, "rate": number(rate)}
    if half_up(exact.numerator, exact.denominator) != line.amount:
        text = (
            f"{grouped(asked, currency)} has {number(rate)} % of tax inside it: "
            f"{grouped(line.amount, currency)} before tax, its part of all lines at this rate, "
            "whose tax is taken out once."
        )
        return Why(line.amount, "tax_taken_out", inputs, exact, "largest_remainder", source,
                   text, fraction)  # fmt: skip
    return Why(line.amount, "tax_taken_out", inputs, exact, "half_up", source, text, fraction)


def _inside(line: LineFacts) -> Fraction:
    """Return what all taxes come to in percent of the net; one on the others counts on them."""
    plain, compound = Fraction(0), Fraction(0)
    for row in line.taxes:
        if row.amount and row.taxable == line.amount:
            plain += Fraction(row.rate)
        elif row.amount:
            compound += Fraction(row.rate)
    return plain + compound + plain * compound / 100


def _cut(cut: CutFacts, currency: str) -> Why:
    off = grouped(cut.off_price, currency)
    before_tax = ""
    if cut.amount != cut.off_price:
        before_tax = f", which is {grouped(cut.amount, currency)} before tax"
    if cut.percent is not None:
        exact = Fraction(cut.before) * Fraction(cut.percent) / 100
        inputs: dict[str, Any] = {"of": cut.before, "percent": cut.percent}
        spelled = f"{number(cut.percent)} % of {grouped(cut.before, currency)} = {off} off"
        text = f"{cut.name}: {spelled}{rounded(exact)}{before_tax}."
        fraction = (Fraction(cut.percent) / 100).as_integer_ratio()
        return Why(cut.off_price, "percent_off", inputs, exact, "half_up", _COUPONS, text,
                   fraction)  # fmt: skip
    exact = Fraction(cut.whole * cut.before, cut.of_all)
    inputs = {"whole": cut.whole, "of": cut.before, "of_all": cut.of_all}
    spelled = f"{off} off"
    if cut.of_all != cut.before:
        spelled += f", this line's part of {grouped(cut.whole, currency)}"
    text = f"{cut.name}: {spelled}{before_tax}."
    return Why(cut.off_price, "amount_off", inputs, exact, "largest_remainder",
               _COUPONS, text, (cut.before, cut.of_all))  # fmt: skip


def _tax(row: TaxRow, line: LineFacts, currency: str, zero_rated: str | None) -> Why:
    law = _LAWS.get(row.name, "docs/tax.md")
    taxable, rate = grouped(row.taxable, currency), number(row.rate)
    inputs: dict[str, Any] = {"name": row.name, "taxable": row.taxable, "rate": row.rate}
    if zero_rated is not None and row.amount == 0 and row.name in _LAWS:
        text = f"{row.name} {rate} % of {taxable} is not charged: {zero_rated}."
        law = _ZERO_BY.get(zero_rated, "IGST Act 2017, s.16")
        return Why(0, "zero_rated", inputs, Fraction(0), "none", law, text)
    exact = Fraction(row.taxable) * Fraction(row.rate) / 100
    fraction = (Fraction(row.rate) / 100).as_integer_ratio()
    if half_up(exact.numerator, exact.denominator) != row.amount and row.name not in _LAWS:
        text = (
            f"{row.name} {rate} % of {taxable} = {grouped(row.amount, currency)}: its part of the "
            "tax of all lines at this rate, which is rounded once."
        )
        return Why(row.amount, "tax_shared", inputs, exact, "largest_remainder", law, text,
                   fraction)  # fmt: skip
    if line.inclusive and len(line.taxes) == 1 and row.name in _LAWS:
        asked = row.taxable + row.amount
        inputs["price"] = asked
        text = (
            f"{row.name} {rate} % inside {grouped(asked, currency)}: {grouped(asked, currency)} − "
            f"{taxable} = {grouped(row.amount, currency)}."
        )
        rest = Fraction(row.amount)
        return Why(row.amount, "tax_inside", inputs, rest, "none", law, text, fraction)
    text = f"{row.name} {rate} % of {taxable} = {grouped(row.amount, currency)}{rounded(exact)}."
    return Why(row.amount, "tax_on_top", inputs, exact, "half_up", law, text, fraction)


def explain_total(lines: Sequence[LineFacts], *, round_off: int, total: int, currency: str) -> Why:
    """Return how an invoice adds up."""
    subtotal = sum(line.amount + line.discount for line in lines)
    discount = sum(line.discount for line in lines)
    tax = sum(row.amount for line in lines for row in line.taxes)
    spelled = grouped(subtotal, currency)
    for amount, sign, what in ((discount, "−", "discount"), (tax, "+", "tax")):
        if amount:
            spelled += f" {sign} {grouped(amount, currency)} {what}"
    if round_off:
        sign = "+" if round_off > 0 else "−"
        spelled += f" {sign} {grouped(abs(round_off), currency)} round-off"
    text = f"Total: {spelled} = {grouped(total, currency)}."
    inputs = {"subtotal": subtotal, "discount": discount, "tax": tax, "round_off": round_off}
    exact = Fraction(subtotal - discount + tax + round_off)
    source = "CGST Act 2017, s.170" if round_off else _PAGE
    return Why(total, "sum", inputs, exact, "none", source, text)
