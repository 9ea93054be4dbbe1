"""The portal's JSON, and the periods it is for."""

from datetime import date
from decimal import Decimal

import pytest

from khata.core.exports.json_text import Tree, json_text, pruned, rupees
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.return_rules import digits_asked, hsn_in_halves, large_above


@pytest.mark.parametrize(
    ("paise", "text"),
    [
        (0, "0"),
        (1, "0.01"),
        (-1, "-0.01"),
        (10, "0.1"),
        (100, "1"),
        (118050, "1180.5"),
        (-7500000, "-75000"),
        (99999999999999, "999999999999.99"),  # no float holds all of these
        (12345678901234567, "123456789012345.67"),
    ],
)
def test_an_amount_is_exact_and_has_no_zeros_at_its_end(paise: int, text: str) -> None:
    assert json_text(rupees(paise)) == text


def test_what_is_empty_is_left_out_however_deep_and_zero_is_not_empty() -> None:
    tree: Tree = {"a": [], "b": {"c": [{}, None, ""]}, "d": 0, "e": Decimal(0), "f": [{"g": "x"}]}
    assert json_text(pruned(tree)) == '{"d":0,"e":0,"f":[{"g":"x"}]}'


def test_texts_are_spelled_as_json_spells_them() -> None:
    assert json_text({"a": 'क"\\'}) == '{"a":"क\\"\\\\"}'


@pytest.mark.parametrize(
    ("period", "fp", "first", "last"),
    [
        (ReturnPeriod(2024, 2), "022024", "2024-02-01", "2024-02-29"),
        (ReturnPeriod(2025, 12), "122025", "2025-12-01", "2025-12-31"),
        (ReturnPeriod(2025, 6, months=3), "062025", "2025-04-01", "2025-06-30"),  # rule 61A
    ],
)
def test_a_period_has_its_days(period: ReturnPeriod, fp: str, first: str, last: str) -> None:
    assert (period.fp, period.first.isoformat(), period.last.isoformat()) == (fp, first, last)
    assert period.first in period
    assert date.fromordinal(period.last.toordinal() + 1) not in period


@pytest.mark.parametrize(("month", "months"), [(0, 1), (13, 1), (5, 3), (6, 2)])
def test_no_other_periods_are_known(month: int, months: int) -> None:
    with pytest.raises(ValueError, match=r"tax period|quarters"):
        ReturnPeriod(2025, month, months)


@pytest.mark.parametrize(
    ("law", "period", "rupees", "halves"),
    [
        ("rule 59(4)(b)(i)", ReturnPeriod(2017, 7), 250000, False),
        ("rule 59(4)(b)(i)", ReturnPeriod(2024, 7), 250000, False),
        ("Notf. 12/2024-CT", ReturnPeriod(2024, 8), 100000, False),
        ("table 12 in one", ReturnPeriod(2025, 4), 100000, False),
        ("table 12, phase III", ReturnPeriod(2025, 5), 100000, True),
    ],
)
def test_what_a_period_asks_for(law: str, period: ReturnPeriod, rupees: int, halves: bool) -> None:
    assert (large_above(period), hsn_in_halves(period)) == (rupees * 100, halves), law


def test_before_april_2021_no_digits_are_checked_here() -> None:
    assert digits_asked(ReturnPeriod(2021, 3), turnover=10**12) == (0, False)
