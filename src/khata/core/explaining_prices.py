"""Explaining prices: what was asked for a line, from the basis that was kept with it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from khata.core.explaining_usage import usage_why
from khata.core.explaining_words import days_named, exact_money, named, number, rounded
from khata.core.explanation import LineFacts, Why
from khata.core.money import half_up
from khata.core.words import grouped

_PAGE = "docs/explaining.md"


def explain_price(line: LineFacts, currency: str) -> Why:
    """Return why so much was asked for a line, before any discount and tax."""
    basis = line.basis or _of_old(line)
    what = f"{named(line.description, basis)} {days_named(line.period)}"
    if basis is None:
        return _times(line, what, currency)
    if basis.get("rule") == "usage":
        return usage_why(
            basis, line.price, what, currency, lambda price, whole: _whole(price, whole, currency)
        )
    if basis.get("rule") == "share":
        return share_why(basis, line.price, what, currency, _PAGE + "#shares")
    if basis.get("rule") == "rest":
        return _rest(basis, line.price, what, currency)
    if basis.get("rule") == "true_up":
        return _true_up(basis, line.price, what, currency)
    if "steps" in basis:
        return _steps(basis, line.price, what, currency)
    return _said(basis, line.price, what, currency)


def _whole(basis: Mapping[str, Any], amount: int, currency: str) -> Why:
    """Explain the price of all usage of a stretch, which may be a share by time."""
    if basis.get("rule") == "share":
        return share_why(basis, amount, "Its time", currency, _PAGE + "#shares")
    return _steps(basis, amount, "Its price", currency)


def _of_old(line: LineFacts) -> Mapping[str, Any] | None:
    """Return the basis of a line that is older than bases are: a part was counted by days."""
    if line.priced is not None or line.period == line.full:
        return None
    of, part, whole = line.quantity * line.unit_amount, line.period.days, line.full.days
    if half_up(of * part, whole) != line.price:
        return {"rule": "kept"}
    return {"rule": "share", "of": of, "policy": "by_day", "part": part, "whole": whole,
            "unit": "days"}  # fmt: skip


def _times(line: LineFacts, what: str, currency: str) -> Why:
    total = line.quantity * line.unit_amount
    if total != line.price:
        return _said({"rule": "kept"}, line.price, what, currency)
    inputs = {"quantity": line.quantity, "unit_amount": line.unit_amount}
    spelled = grouped(total, currency)
    if line.quantity != 1:
        spelled = f"{number(line.quantity)} × {grouped(line.unit_amount, currency)} = {spelled}"
    text = f"{what}: {spelled}."
    exact = Fraction(total)
    return Why(total, "quantity_times_price", inputs, exact, "none", _PAGE + "#prices", text)


def share_why(basis: Mapping[str, Any], amount: int, what: str, currency: str, source: str) -> Why:
    part, whole = int(basis["part"]), int(basis["whole"])
    exact = Fraction(int(basis["of"]) * part, whole) if whole else Fraction(0)
    how = " (every month counted as 30 days)" if basis.get("policy") == "fixed_30" else ""
    of = grouped(int(basis["of"]), currency)
    if "price" in basis:
        of = f"{of} ({_sum_of(basis['price'], currency)})"
    spelled = f"{number(part)} of {number(whole)} {basis['unit']}{how} of {of}"
    text = f"{what}: {spelled} = {grouped(amount, currency)}{rounded(exact)}."
    inputs = {key: value for key, value in basis.items() if key not in ("rule", "part", "whole")}
    return Why(amount, "share", inputs, exact, "half_up", source, text, (part, whole))


def _rest(basis: Mapping[str, Any], amount: int, what: str, currency: str) -> Why:
    """Explain what was used of a charge that waited: the charge less its unused share."""
    whole = int(basis["whole"])
    unused = whole - int(basis["part"])
    off = half_up(int(basis["of"]) * unused, whole)
    of = grouped(int(basis["of"]), currency)
    spelled = f"{of} less {number(unused)} of {number(whole)} {basis['unit']} of it not used"
    text = f"{what}: {spelled}, {grouped(off, currency)}, = {grouped(amount, currency)}."
    inputs = {key: basis[key] for key in ("of", "policy", "unit")}
    exact = Fraction(int(basis["of"]) - off)
    source = _PAGE + "#shares"
    return Why(amount, "rest", inputs, exact, "none", source, text, (unused, whole))


def _true_up(basis: Mapping[str, Any], amount: int, what: str, currency: str) -> Why:
    minimum, gave = int(basis["minimum"]), int(basis["gave"])
    spelled, fraction = f"a minimum of {grouped(minimum, currency)}", None
    if "of" in basis:
        fraction = (int(basis["part"]), int(basis["whole"]))
        of = f"{number(fraction[0])} of {number(fraction[1])} {basis['unit']} of"
        whole = grouped(int(basis["of"]), currency)
        spelled = f"{of} a minimum of {whole}, {grouped(minimum, currency)},"
    text = f"{what}: {spelled} less {grouped(gave, currency)} billed = {grouped(amount, currency)}."
    inputs = {key: value for key, value in basis.items() if key not in ("rule", "part", "whole")}
    exact = Fraction(minimum - gave)
    return Why(amount, "true_up", inputs, exact, "none", "docs/prices.md", text, fraction)


def _steps(basis: Mapping[str, Any], amount: int, what: str, currency: str) -> Why:
    exact = sum((Fraction(step["amount"]) for step in basis["steps"]), Fraction(0))
    included = basis.get("included")
    free = f" {number(included)} are included." if included else ""
    text = f"{what}: {_sum_of(basis, currency)} = {grouped(amount, currency)}{rounded(exact)}."
    inputs = {key: basis[key] for key in ("quantity", "included", "steps") if key in basis}
    source = "docs/prices.md"
    return Why(amount, str(basis["rule"]), inputs, exact, "half_up", source, text + free)


def _sum_of(basis: Mapping[str, Any], currency: str) -> str:
    return " + ".join(_step(step, currency) for step in basis["steps"]) or grouped(0, currency)


def _step(step: Mapping[str, Any], currency: str) -> str:
    tier = f"tier {step['tier']}: " if step.get("tier") else ""
    units, each = Fraction(step["units"]), Fraction(step["each"])
    amount = exact_money(Fraction(step["amount"]), currency)
    match step["of"]:
        case "percent":
            spelled = f"{number(step['each'])} % of {exact_money(units, currency)}"
        case "flat_amount":
            spelled = f"flat {amount}"
        case "fixed_fee":
            spelled = f"{number(step['units'])} × {exact_money(each, currency)} fixed"
        case "minimum":
            spelled = f"{amount} to reach the minimum of {exact_money(each, currency)} each"
        case "maximum":
            spelled = f"{amount} to keep the maximum of {exact_money(each, currency)} each"
        case _:
            spelled = f"{number(step['units'])} × {exact_money(each, currency)}"
    return tier + spelled


def _said(basis: Mapping[str, Any], amount: int, what: str, currency: str) -> Why:
    """Tell what is kept of a rule that has no words of its own here; the amount stands as kept."""
    rule = str(basis.get("rule", "kept"))
    inputs = {key: value for key, value in basis.items() if key != "rule"}
    text = f"{what}: {grouped(amount, currency)}."
    return Why(amount, rule, inputs, Fraction(amount), "none", _PAGE + "#prices", text)
