"""Explaining usage: what was measured, what that costs, and what of it was billed before."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from khata.core.explaining_words import number
from khata.core.explanation import Why
from khata.core.money import half_up
from khata.core.words import grouped

SOURCE = "docs/usage.md"


def usage_why(
    basis: Mapping[str, Any],
    amount: int,
    what: str,
    currency: str,
    price_of: Callable[[Mapping[str, Any], int], Why],
) -> Why:
    """Return why so much is charged of usage. `price_of` explains the price of the whole of it."""
    whole, billed = int(basis["of"]), int(basis.get("billed", 0))
    minimum = int(basis.get("minimum", 0))
    price = price_of(basis["price"], whole)
    spelled = price.text.removesuffix(".")
    if minimum > whole:
        spelled += f", and a minimum of {grouped(minimum, currency)}"
    if billed:
        spelled += f", less {grouped(billed, currency)} billed before = {grouped(amount, currency)}"
    quantity = number(_quantity(basis["price"]))
    text = f"{what}: {quantity} by the meter {basis['meter']}. {spelled}."
    inputs: dict[str, Any] = {
        "meter": basis["meter"],
        "from": basis["from"],
        "to": basis["to"],
        "of": whole,
        "minimum": minimum,
        "billed": billed,
        "price": {
            "rule": price.rule,
            "inputs": dict(price.inputs),
            "fraction": price.fraction,
        },
    }
    return Why(
        amount, "usage", inputs, Fraction(max(whole, minimum) - billed), "none", SOURCE, text
    )


def used(basis: Mapping[str, Any]) -> str:
    """Spell how much was used, as a document says it: with at most three decimals."""
    return number(round(Fraction(_quantity(basis["price"])), 3))


def _quantity(price: Mapping[str, Any]) -> str:
    inner = price["price"] if price.get("rule") == "share" else price
    return str(inner["quantity"])


def usage_credit_why(basis: Mapping[str, Any], amount: int, what: str, currency: str) -> Why:
    """Return why usage that was billed is taken back: it comes to less by what is known now."""
    billed, now, of = int(basis["billed"]), int(basis["now"]), int(basis["of"])
    exact = Fraction(of * (billed - now), billed)
    text = (
        f"{what}: {grouped(billed, currency)} was billed of it, and it comes to "
        f"{grouped(now, currency)} now; of the {grouped(of, currency)} that is left of what was "
        f"charged, {grouped(amount, currency)} taken back."
    )
    inputs = {"billed": billed, "now": now, "of": of}
    rule = "usage_credit"
    if half_up(exact.numerator, exact.denominator) != amount:  # a part; the rest is on other lines
        rule, inputs, exact = "usage_credit_part", {**inputs, "part": amount}, Fraction(amount)
    return Why(amount, rule, inputs, exact, "half_up", SOURCE, text)
