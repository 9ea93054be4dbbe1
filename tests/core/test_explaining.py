"""Why an amount is what it is, in words and figures; the examples are worked by hand."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from khata.core.explaining import explain_line, explain_total
from khata.core.explaining_credits import explain_credit
from khata.core.explanation import CreditFacts, CutFacts, LineFacts
from khata.core.periods import Period
from khata.core.tax.gst import TaxRow
from tests.scenarios.explained import comes_to_its_amount

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
REST = Period(date(2026, 6, 10), date(2026, 7, 1))


def line(**different: Any) -> LineFacts:
    """Premium for June 2026 at 1,000.00, without tax, unless it is said otherwise."""
    facts: dict[str, Any] = {
        "description": "Premium",
        "kind": "fee",
        "quantity": 1,
        "unit_amount": 100_000,
        "priced": 100_000,
        "discount": 0,
        "amount": 100_000,
        "inclusive": False,
        "period": JUNE,
        "full": JUNE,
        "basis": None,
        "taxes": (),
    }
    return LineFacts(**(facts | different))


def share(part: int, whole: int, of: int, unit: str = "days", policy: str = "by_day") -> Any:
    return {"rule": "share", "of": of, "policy": policy, "part": part, "whole": whole, "unit": unit}


def steps(rule: str, *rows: tuple[str, str, str, str, int | None], **more: Any) -> Any:
    spelled = [
        {
            "of": of,
            "units": units,
            "each": each,
            "amount": amount,
            **({"tier": tier} if tier else {}),
        }
        for of, units, each, amount, tier in rows
    ]
    return {"rule": rule, "quantity": "1", "steps": spelled, **more}


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (line(), "Premium from 1 June to 30 June 2026: ₹1,000.00."),
        (
            line(quantity=4, unit_amount=30_000, priced=120_000, amount=120_000),
            "Premium from 1 June to 30 June 2026: 4 × ₹300.00 = ₹1,200.00.",
        ),
        (
            # 21 of 30 days of 1,000.00 are 700.00
            line(description="Premium (21 of 30 days)", period=REST, priced=70_000, amount=70_000,
                 basis=share(21, 30, 100_000)),
            "Premium from 10 June to 30 June 2026: 21 of 30 days of ₹1,000.00 = ₹700.00.",
        ),
        (
            # 10 of 31 days of 1,000.00 are 322.580…
            line(description="Premium (10 of 31 days)", priced=32_258, amount=32_258,
                 basis=share(10, 31, 100_000)),
            "Premium from 1 June to 30 June 2026: 10 of 31 days of ₹1,000.00 = ₹322.58 "
            "(rounded half up).",
        ),
        (
            line(description="Premium (20 of 30 days)", priced=66_667, amount=66_667,
                 basis=share(20, 30, 100_000, policy="fixed_30")),
            "Premium from 1 June to 30 June 2026: 20 of 30 days (every month counted as 30 days) "
            "of ₹1,000.00 = ₹666.67 (rounded half up).",
        ),
        (
            line(description="Premium (1209600 of 2592000 seconds)", priced=46_667, amount=46_667,
                 basis=share(1_209_600, 2_592_000, 100_000, "seconds", "by_second")),
            "Premium from 1 June to 30 June 2026: 1,209,600 of 2,592,000 seconds of ₹1,000.00 = "
            "₹466.67 (rounded half up).",
        ),
        (
            # a line older than bases are, of 21 of 30 days
            line(period=REST, priced=None, amount=70_000),
            "Premium from 10 June to 30 June 2026: 21 of 30 days of ₹1,000.00 = ₹700.00.",
        ),
        (
            # 1,000 at 0.505 and 500 at 0.40 with a flat 10.00: 505.00 + 200.00 + 10.00
            line(description="Calls", priced=71_500, amount=71_500, basis=steps(
                "graduated", ("units", "1000", "50.5", "50500", 1),
                ("units", "500", "40", "20000", 2),
                ("flat_amount", "1", "1000", "1000", 2))),
            "Calls from 1 June to 30 June 2026: tier 1: 1,000 × ₹0.505 + tier 2: 500 × ₹0.40 + "
            "tier 2: flat ₹10.00 = ₹715.00.",
        ),
        (
            # 2.9 % of 1,234.00 and 3 × 2.50: 35.786 + 7.50 = 43.286
            line(description="Cards", priced=4_329, amount=4_329, basis=steps(
                "percentage", ("percent", "123400", "2.9", "3578.6", None),
                ("fixed_fee", "3", "250", "750", None))),
            "Cards from 1 June to 30 June 2026: 2.9 % of ₹1,234.00 + 3 × ₹2.50 fixed = ₹43.29 "
            "(rounded half up).",
        ),
        (
            # 21 of 30 days of 1,000.00 are 700.00; 500.00 were billed
            line(description="Premium (to the minimum)", priced=20_000, amount=20_000,
                 period=REST, basis={"rule": "true_up", "minimum": 70_000, "gave": 50_000,
                                     **share(21, 30, 100_000), } | {"rule": "true_up"}),
            "Premium (to the minimum) from 10 June to 30 June 2026: 21 of 30 days of a minimum of "
            "₹1,000.00, ₹700.00, less ₹500.00 billed = ₹200.00.",
        ),
        (
            line(description="Premium (to the minimum)", priced=30_000, amount=30_000,
                 basis={"rule": "true_up", "minimum": 100_000, "gave": 70_000}),
            "Premium (to the minimum) from 1 June to 30 June 2026: a minimum of ₹1,000.00 less "
            "₹700.00 billed = ₹300.00.",
        ),
    ],
)  # fmt: skip
def test_what_was_asked(facts: LineFacts, text: str) -> None:
    why = explain_line(facts, "INR")
    assert why.price.text == text
    assert comes_to_its_amount(why.price)
    assert comes_to_its_amount(why.net)


def test_one_day_and_two_years() -> None:
    day = Period(date(2026, 6, 30), date(2026, 7, 1))
    year = Period(date(2026, 6, 1), date(2027, 6, 1))
    assert "Premium on 30 June 2026:" in explain_line(line(period=day, full=day), "INR").text
    spelled = "from 1 June 2026 to 31 May 2027:"
    assert spelled in explain_line(line(period=year, full=year), "INR").text


def test_a_percent_off_then_an_amount() -> None:
    """1,000.00 less 10 % is 900.00; of 100.00 over lines of 900.00 and 450.00, 66.67 come here."""
    facts = line(
        discount=16_667,
        amount=83_333,
        cuts=(
            CutFacts("LAUNCH10", "10", 10_000, 10_000, 100_000, 15_000, 150_000),
            CutFacts("WELCOME", None, 6_667, 6_667, 90_000, 10_000, 135_000),
        ),
        taxes=(TaxRow("IGST", "18", 83_333, 15_000),),
    )
    why = explain_line(facts, "INR")
    assert [one.text for one in why.discounts] == [
        "LAUNCH10: 10 % of ₹1,000.00 = ₹100.00 off.",
        "WELCOME: ₹66.67 off, this line's part of ₹100.00.",
    ]
    assert why.net.text == "Left of it before tax: ₹1,000.00 − ₹166.67 = ₹833.33."
    # 18 % of 833.33 are 149.9994
    assert [one.text for one in why.taxes] == ["IGST 18 % of ₹833.33 = ₹150.00 (rounded half up)."]
    assert all(map(comes_to_its_amount, (*why.discounts, why.net, *why.taxes)))


def test_tax_that_is_inside() -> None:
    """1,180.00 with 18 % inside is 1,000.00 and 180.00."""
    facts = line(
        unit_amount=118_000, priced=118_000, inclusive=True,
        taxes=(TaxRow("IGST", "18", 100_000, 18_000),),
    )  # fmt: skip
    why = explain_line(facts, "INR")
    assert why.net.text == (
        "₹1,180.00 has 18 % of tax inside it: ₹1,180.00 × 100 / 118 = ₹1,000.00 before tax."
    )
    assert [one.text for one in why.taxes] == [
        "IGST 18 % inside ₹1,180.00: ₹1,180.00 − ₹1,000.00 = ₹180.00."
    ]
    assert all(map(comes_to_its_amount, (why.net, *why.taxes)))


def test_tax_that_is_not_charged() -> None:
    facts = line(taxes=(TaxRow("IGST", "18", 100_000, 0),))
    [why] = explain_line(facts, "INR", zero_rated="it goes abroad").taxes
    assert why.text == "IGST 18 % of ₹1,000.00 is not charged: it goes abroad."
    assert (why.amount, why.rule) == (0, "zero_rated")


def test_a_rule_without_words_stands_as_it_is_kept() -> None:
    why = explain_line(line(basis={"rule": "moon", "phase": "full"}), "INR").price
    assert (why.rule, why.inputs, why.text) == (
        "moon",
        {"phase": "full"},
        "Premium from 1 June to 30 June 2026: ₹1,000.00.",
    )


def test_what_is_taken_back() -> None:
    """15 of 30 days of 1,000.00, and 9 % of that."""
    half = Period(date(2026, 6, 16), date(2026, 7, 1))
    taxes = (TaxRow("CGST", "9", 50_000, 4_500),)
    basis = share(15, 30, 100_000) | {"rule": "credit"}
    why, [tax] = explain_credit(CreditFacts("Premium", 50_000, half, basis, taxes), "INR")
    assert why.text == (
        "Credit for Premium from 16 June to 30 June 2026, not used: "
        "15 of 30 days of ₹1,000.00 = ₹500.00."
    )
    assert tax.text == "CGST 9 % of ₹500.00 = ₹45.00."
    assert comes_to_its_amount(why)
    assert comes_to_its_amount(tax)


def test_no_more_is_taken_back_than_is_left() -> None:
    half = Period(date(2026, 6, 16), date(2026, 7, 1))
    basis = share(15, 30, 100_000) | {"rule": "credit"}
    taxes = (TaxRow("CGST", "9", 20_000, 1_801),)
    why, [tax] = explain_credit(CreditFacts("Premium", 20_000, half, basis, taxes), "INR")
    assert why.text.endswith("No more than ₹200.00 was left of the line.")
    assert tax.text == "CGST 9 %: ₹18.01, what was left of the tax of the line."
    assert comes_to_its_amount(why)


def test_how_it_adds_up() -> None:
    facts = line(discount=10_000, amount=90_000, taxes=(TaxRow("IGST", "18", 90_000, 16_200),))
    why = explain_total([facts], round_off=0, total=106_200, currency="INR")
    assert why.text == "Total: ₹1,000.00 − ₹100.00 discount + ₹162.00 tax = ₹1,062.00."
    assert comes_to_its_amount(why)
    rounded = explain_total([line()], round_off=-30, total=99_970, currency="INR")
    assert rounded.text == "Total: ₹1,000.00 − ₹0.30 round-off = ₹999.70."
    assert rounded.exact == Fraction(99_970)
