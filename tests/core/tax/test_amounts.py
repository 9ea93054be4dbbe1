"""Tax in paise: cases worked by hand, then what must hold for every amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.money import LARGEST_AMOUNT
from khata.core.tax.gst import (
    Head,
    RoundOff,
    TaxRow,
    round_off,
    tax_exclusive,
    tax_inclusive,
    totals,
)

IGST_18 = (Head("IGST", "18", 9, 50),)
INTRA_18 = (Head("CGST", "9", 9, 100), Head("SGST", "9", 9, 100))
IGST_5 = (Head("IGST", "5", 1, 20),)
INTRA_5 = (Head("CGST", "2.5", 1, 40), Head("SGST", "2.5", 1, 40))
IGST_40 = (Head("IGST", "40", 2, 5),)
INTRA_40 = (Head("CGST", "20", 1, 5), Head("SGST", "20", 1, 5))
UNDER_LUT = (Head("IGST", "18", 0, 1),)

Heads = tuple[Head, ...]

EXCLUSIVE: list[tuple[int, Heads, list[int]]] = [
    (100000, INTRA_18, [9000, 9000]),  # 1,000.00
    (100000, IGST_18, [18000]),
    (9999, INTRA_18, [900, 900]),  # 99.99: 8.9991 each
    (9999, IGST_18, [1800]),  # 17.9982
    (50, INTRA_18, [5, 5]),  # 0.50: 4.5 paise each, half up, so 10 against IGST's 9
    (50, IGST_18, [9]),
    (1, INTRA_18, [0, 0]),  # 0.09 paise
    (1, IGST_18, [0]),  # 0.18 paise
    (3, IGST_18, [1]),  # 0.54 paise
    (20, INTRA_5, [1, 1]),  # 0.5 paise each
    (20, IGST_5, [1]),
    (49900, INTRA_5, [1248, 1248]),  # 499.00: 12.475 each
    (49900, IGST_5, [2495]),
    (12345, IGST_40, [4938]),
    (0, INTRA_18, [0, 0]),
    (-50, INTRA_18, [-5, -5]),
    (-100000, IGST_18, [-18000]),
    (250000, UNDER_LUT, [0]),
    (100000, (), []),
    (10**13, INTRA_18, [900_000_000_000, 900_000_000_000]),
    (10**13 - 1, IGST_18, [1_800_000_000_000]),  # …9.82
]


@pytest.mark.parametrize(("amount", "heads", "taxes"), EXCLUSIVE)
def test_tax_on_top(amount: int, heads: Heads, taxes: list[int]) -> None:
    taxed = tax_exclusive(amount, heads)
    assert (taxed.net, taxed.residue) == (amount, 0)
    assert [row.amount for row in taxed.taxes] == taxes
    assert all(row.taxable == amount for row in taxed.taxes)
    assert [(row.name, row.rate) for row in taxed.taxes] == [(h.name, h.rate) for h in heads]


INCLUSIVE: list[tuple[int, Heads, int, list[int], int]] = [
    # 1,180.00 = 1,000.00 + 18 %
    (118000, IGST_18, 100000, [18000], 0),
    (118000, INTRA_18, 100000, [9000, 9000], 0),
    # 1,000.00 ÷ 1.18 = 847.4576; 9 % of 847.46 = 76.2714; 847.46 + 2 × 76.27 = 1,000.00
    (100000, IGST_18, 84746, [15254], 0),
    (100000, INTRA_18, 84746, [7627, 7627], 0),
    # 0.01 ÷ 1.18 = 0.0085
    (1, IGST_18, 1, [0], 0),
    (1, INTRA_18, 1, [0, 0], 0),
    # 99.99 ÷ 1.18 = 84.7373; 9 % of 84.74 = 7.6266; 84.74 + 2 × 7.63 = 100.00: a paisa too much
    (9999, IGST_18, 8474, [1525], 0),
    (9999, INTRA_18, 8474, [763, 763], -1),
    # 499.00 ÷ 1.05 = 475.2381; 2.5 % of 475.24 = 11.881; 475.24 + 23.76 = 499.00
    (49900, IGST_5, 47524, [2376], 0),
    (49900, INTRA_5, 47524, [1188, 1188], 0),
    # 0.10 ÷ 1.18 = 0.0847; 9 % of 0.08 = 0.0072; 0.08 + 0.02 = 0.10
    (10, INTRA_18, 8, [1, 1], 0),
    # 0.05 ÷ 1.18 = 0.0424; 9 % of 0.04 = 0.0036: a paisa is left
    (5, INTRA_18, 4, [0, 0], 1),
    (5, IGST_18, 4, [1], 0),
    # 1.00 ÷ 1.40 = 0.7143; 20 % of 0.71 = 0.142; 0.71 + 0.28 = 0.99
    (100, INTRA_40, 71, [14, 14], 1),
    (0, INTRA_18, 0, [0, 0], 0),
    (-9999, INTRA_18, -8474, [-763, -763], 1),
    (250000, UNDER_LUT, 250000, [0], 0),
    (100000, (), 100000, [], 0),
    # 10^13 ÷ 1.18 = 8,474,576,271,186.44; the rest is the tax
    (10**13, IGST_18, 8_474_576_271_186, [1_525_423_728_814], 0),
    # 9 % of 8,474,576,271,186 = 762,711,864,406.74
    (10**13, INTRA_18, 8_474_576_271_186, [762_711_864_407, 762_711_864_407], 0),
]


@pytest.mark.parametrize(("price", "heads", "net", "taxes", "residue"), INCLUSIVE)
def test_tax_inside_a_price(
    price: int, heads: Heads, net: int, taxes: list[int], residue: int
) -> None:
    taxed = tax_inclusive(price, heads)
    assert (taxed.net, taxed.residue) == (net, residue)
    assert [row.amount for row in taxed.taxes] == taxes
    assert all(row.taxable == net for row in taxed.taxes)


amounts = st.integers(-LARGEST_AMOUNT, LARGEST_AMOUNT)
any_heads = st.sampled_from([IGST_18, INTRA_18, IGST_5, INTRA_5, IGST_40, INTRA_40, UNDER_LUT, ()])


@given(price=amounts, heads=any_heads)
def test_the_customer_pays_exactly_the_inclusive_price(price: int, heads: Heads) -> None:
    taxed = tax_inclusive(price, heads)
    assert taxed.net + sum(row.amount for row in taxed.taxes) + taxed.residue == price
    assert abs(taxed.residue) <= 1
    if len(heads) < 2:
        assert taxed.residue == 0


@given(amount=amounts, heads=st.sampled_from([INTRA_18, INTRA_5, INTRA_40]))
def test_the_two_halves_are_always_equal(amount: int, heads: Heads) -> None:
    for taxed in (tax_exclusive(amount, heads), tax_inclusive(amount, heads)):
        central, local = taxed.taxes
        assert central.amount == local.amount
        assert central.taxable == local.taxable == taxed.net


@given(amount=amounts, heads=any_heads)
def test_a_head_is_never_half_a_paisa_off(amount: int, heads: Heads) -> None:
    for head, row in zip(heads, tax_exclusive(amount, heads).taxes, strict=True):
        exact = amount * head.numerator
        assert abs(2 * (row.amount * head.denominator - exact)) <= head.denominator


@given(st.lists(st.tuples(amounts, any_heads), max_size=20))
def test_totals_are_the_sum_of_their_rows(lines: list[tuple[int, Heads]]) -> None:
    rows = [row for amount, heads in lines for row in tax_exclusive(amount, heads).taxes]
    summed = totals(rows)
    assert sum(row.amount for row in summed) == sum(row.amount for row in rows)
    assert sum(row.taxable for row in summed) == sum(row.taxable for row in rows)
    keys = [(row.name, row.rate) for row in summed]
    assert keys == list(dict.fromkeys((row.name, row.rate) for row in rows))


def test_totals_keep_rates_apart() -> None:
    rows = [
        *tax_exclusive(100000, INTRA_18).taxes,
        *tax_exclusive(50000, INTRA_5).taxes,
        *tax_exclusive(9999, INTRA_18).taxes,
    ]
    assert totals(rows) == (
        TaxRow("CGST", "9", 109999, 9900),
        TaxRow("SGST", "9", 109999, 9900),
        TaxRow("CGST", "2.5", 50000, 1250),
        TaxRow("SGST", "2.5", 50000, 1250),
    )


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (118000, 0),
        (117949, -49),
        (117950, 50),  # fifty paise go up
        (117951, 49),
        (1, -1),
        (50, 50),
        (0, 0),
        (-117949, 49),
        (-117950, -50),
        (10**13 - 1, 1),
    ],
)
def test_a_total_is_rounded_to_whole_rupees(total: int, expected: int) -> None:
    assert round_off(total, RoundOff.RUPEE, "INR") == expected


@given(amounts)
def test_a_rounded_total_is_whole_and_at_most_fifty_paise_away(total: int) -> None:
    added = round_off(total, RoundOff.RUPEE, "INR")
    assert (total + added) % 100 == 0
    assert -50 <= added <= 50


@pytest.mark.parametrize(
    ("policy", "currency"),
    [(RoundOff.NONE, "INR"), (RoundOff.RUPEE, "USD"), (RoundOff.RUPEE, "JPY")],
)
def test_only_rupees_are_rounded_and_only_by_policy(policy: RoundOff, currency: str) -> None:
    assert round_off(117951, policy, currency) == 0
