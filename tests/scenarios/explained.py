"""Does what is explained give what is stored? Each explanation is worked out again from itself."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from khata.core.explanation import LineWhy, Why
from khata.core.money import half_up
from khata.db.reads.explanations import explained_invoice
from khata.db.transaction import UnitOfWork


def misexplained(uow: UnitOfWork) -> list[str]:
    """The explanations of a shop that do not come to the amount that is stored."""
    wrong = []
    for (id,) in uow.connection.execute("select id from invoices where status <> 'draft'"):
        explained = explained_invoice(uow.connection, id)
        whys = [why for _, line in explained.lines for why in _parts_of(line)]
        whys.append(explained.total)
        for note in explained.notes:
            whys += [why for own, taxes in note.lines for why in (own, *taxes)]
        wrong += [f"{why.rule}: {why.text}" for why in whys if not comes_to_its_amount(why)]
        stored = uow.connection.execute(
            "select amount, priced from invoice_lines where invoice_id = %s order by position", [id]
        ).fetchall()
        told = [(line.net.amount, line.price.amount) for _, line in explained.lines]
        if told != stored:
            wrong.append(f"{told} is not {stored}")
    return wrong


def _parts_of(line: LineWhy) -> Iterator[Why]:
    yield from (line.price, line.net, *line.discounts, *line.taxes)


def comes_to_its_amount(why: Why) -> bool:
    """Work the amount out again, from the inputs that are told and nothing else."""
    exact = _again(why)
    if why.rounding == "largest_remainder":
        return abs(exact - why.amount) < 1
    if why.rounding == "none" and exact.denominator != 1:
        return False
    return half_up(exact.numerator, exact.denominator) == why.amount


def _again(why: Why) -> Fraction:
    given = why.inputs
    share = Fraction(*why.fraction) if why.fraction and why.fraction[1] else Fraction(0)
    match why.rule:
        case "quantity_times_price":
            return Fraction(given["quantity"] * given["unit_amount"])
        case "share":
            return Fraction(given["of"]) * share
        case "rest":
            off = Fraction(given["of"]) * share
            return Fraction(given["of"] - half_up(off.numerator, off.denominator))
        case "share_capped":
            assert given["left"] <= half_up(*(given["of"] * share).as_integer_ratio())
            return Fraction(given["left"])
        case "as_priced" | "less_discount":
            return Fraction(given["price"] - given["off"])
        case "tax_taken_out":
            return Fraction(given["price"] - given["off"]) * 100 / (100 + Fraction(given["rate"]))
        case "percent_off":
            return Fraction(given["of"]) * Fraction(given["percent"]) / 100
        case "amount_off":
            return Fraction(given["whole"] * given["of"], given["of_all"])
        case "tax_on_top" | "tax_shared":
            return Fraction(given["taxable"]) * Fraction(given["rate"]) / 100
        case "tax_inside":
            return Fraction(given["price"] - given["taxable"])
        case "zero_rated":
            return Fraction(0)
        case "sum":
            return Fraction(
                given["subtotal"] - given["discount"] + given["tax"] + given["round_off"]
            )
        case "true_up":
            if why.fraction:
                assert given["minimum"] == half_up(*(given["of"] * share).as_integer_ratio())
            return Fraction(given["minimum"] - given["gave"])
        case "usage":
            assert half_up(*_priced(given["price"]).as_integer_ratio()) == given["of"]
            return Fraction(max(given["of"], given["minimum"]) - given["billed"])
        case "usage_credit":
            return Fraction(given["of"] * (given["billed"] - given["now"]), given["billed"])
        case "usage_credit_part":
            assert given["part"] <= given["of"]
            return Fraction(given["part"])
        case "as_asked" | "rest_of_tax":  # nothing is told to work out: worked_out.py counts them
            return Fraction(why.amount)
    if "steps" in given:
        return sum((_step(step) for step in given["steps"]), Fraction(0))
    raise AssertionError(f"nobody knows how to work out {why.rule}: {why.text}")


def _priced(price: dict[str, Any]) -> Fraction:
    """The price of a whole stretch of usage: its steps, or its time's share of them."""
    given = price["inputs"]
    if price["rule"] != "share":
        return sum((_step(step) for step in given["steps"]), Fraction(0))
    whole = sum((_step(step) for step in given["price"]["steps"]), Fraction(0))
    assert half_up(*whole.as_integer_ratio()) == given["of"]
    return Fraction(given["of"]) * Fraction(*price["fraction"])


def _step(step: dict[str, str]) -> Fraction:
    if step["of"] in ("minimum", "maximum"):
        return Fraction(step["amount"])
    amount = Fraction(step["units"]) * Fraction(step["each"])
    return amount / 100 if step["of"] == "percent" else amount
