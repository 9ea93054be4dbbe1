"""Rates of the tenant's own, natures, cess, digits of codes: amounts by hand, law beside them."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.refusal import Refusal
from khata.core.tax.gst import TaxedAmount, heads, nature_of, tax_exclusive, tax_inclusive
from khata.core.tax.hsn_digits import (
    TaxCodeTooShort,
    check_digits,
    digits_asked,
    digits_rules,
    year_before,
)
from khata.core.tax.nature import BadTaxNature, Nature, TaxClass, tax_class_of
from khata.core.tax.own_rates import BadTaxRate, TaxRatesOverlap, check_own_rate
from khata.core.tax.parties import Buyer, Lut, Seller
from khata.core.tax.place_of_supply import Supply, decide_supply
from khata.core.tax.rate_table import GoodsNotTaxed, Rate, UnknownTaxCode, rate_row

DAY = date(2026, 11, 24)
BEGIN = date(2017, 7, 1)
REFORM = date(2025, 9, 22)
N, C = Nature, TaxClass


def row(
    prefix: str,
    percent: str,
    *,
    cess: str = "0",
    nature: Nature = Nature.TAXABLE,
    since: date = BEGIN,
    until: date | None = None,
) -> Rate:
    return Rate(prefix, Fraction(percent), since, until, "x", "Notf. x", Fraction(cess), nature)


OWN = (
    row("4901", "5"),  # printed books are nil; this row stands for a heading at 5
    row("490110", "0", nature=Nature.NIL_RATED),
    row("998431", "5", since=date(2018, 7, 27)),  # e-books: 13/2018-CTR, serial 22(i)
    row("8703", "28", cess="17", until=date(2025, 9, 21)),  # a car, to the reform
    row("8703", "40", since=REFORM),
    row("9992", "0", nature=Nature.EXEMPT),  # schools: 12/2017-CTR, serial 66
    row("27", "0", nature=Nature.NON_GST),  # petrol: CGST Act s.9(2)
)


def supply_to(buyer: Buyer) -> Supply:
    lut = Lut("AD29", date(2017, 4, 1), date(2030, 3, 31))
    return decide_supply(Seller("IN", "KA", "29ABCCT1234E1ZL", (lut,)), buyer, on=DAY)


HOME, AWAY = supply_to(Buyer("IN", "KA")), supply_to(Buyer("IN", "MH"))
ABROAD, IN_UT = supply_to(Buyer("US", None)), supply_to(Buyer("IN", "CH"))


def taxed(
    amount: int, supply: Supply, code: str, on: date = DAY, *, inside: bool = False
) -> TaxedAmount:
    return (tax_inclusive if inside else tax_exclusive)(amount, heads(supply, code, on=on, own=OWN))


# Amounts in paise, by hand: CGST rule 35 inside a price, s.15 on top; each head half up.
AMOUNTS = [
    # amount, supply, code, day, inside?, net, taxes, residue, law
    (100000, HOME, "490199", DAY, False, 100000, [2500, 2500], 0, "1/2017-CTR"),
    (100000, AWAY, "490199", DAY, False, 100000, [5000], 0, "1/2017-ITR"),
    (100000, HOME, "49011010", DAY, False, 100000, [], 0, "CGST Act s.2(47)"),
    (100000, AWAY, "490110", DAY, True, 100000, [], 0, "rule 35: nothing inside"),
    (19900, HOME, "998431", DAY, False, 19900, [498, 498], 0, "13/2018-CTR: 497.5 half up"),
    (19900, AWAY, "998431", DAY, False, 19900, [995], 0, "13/2018-CTR"),
    (19900, AWAY, "998431", date(2018, 7, 26), False, 19900, [3582], 0, "11/2017-CTR"),
    (19900, AWAY, "998431", DAY, True, 18952, [948], 0, "rule 35: 19900/1.05 = 18952.38"),
    (100000, HOME, "8703", date(2025, 9, 21), False, 100000, [14000, 14000, 17000], 0, "s.8 Cess"),
    (100000, AWAY, "8703", date(2025, 9, 21), False, 100000, [28000, 17000], 0, "s.8 Cess Act"),
    (145000, AWAY, "8703", date(2025, 9, 21), True, 100000, [28000, 17000], 0, "rule 35"),
    # 99999/1.45 = 68964.83: 68965, cess 11724.05, IGST 19310.2
    (99999, AWAY, "8703", date(2025, 9, 21), True, 68965, [19310, 11724], 0, "rule 35"),
    (100000, HOME, "8703", REFORM, False, 100000, [20000, 20000], 0, "9/2025-CTR"),
    (100000, AWAY, "999210", DAY, False, 100000, [], 0, "12/2017-CTR"),
    (100000, HOME, "271012", DAY, False, 100000, [], 0, "CGST Act s.9(2)"),
    (100000, ABROAD, "998431", DAY, False, 100000, [0], 0, "IGST Act s.16(3)(a)"),
    (100000, ABROAD, "8703", date(2025, 9, 21), False, 100000, [0, 0], 0, "IGST Act s.16"),
    (100000, IN_UT, "490199", DAY, False, 100000, [5000], 0, "IGST Act s.7(3)"),
    (9999, HOME, "998314", DAY, True, 8474, [763, 763], -1, "rule 35"),
]
# The last: 9999/1.18 = 8473.73: 8474; 9 % is 762.66: 763; 9999 − 8474 − 1526 = −1.


@pytest.mark.parametrize(
    ("amount", "supply", "code", "on", "inside", "net", "taxes", "residue", "law"), AMOUNTS
)
def test_amounts_by_hand(
    amount: int,
    supply: Supply,
    code: str,
    on: date,
    inside: bool,
    net: int,
    taxes: list[int],
    residue: int,
    law: str,
) -> None:
    found = taxed(amount, supply, code, on, inside=inside)
    assert (found.net, [tax.amount for tax in found.taxes], found.residue) == (net, taxes, residue)


def test_a_cess_stands_beside_the_heads_by_its_name() -> None:
    found = heads(HOME, "8703", on=date(2025, 9, 21), own=OWN)
    assert [(head.name, head.rate) for head in found] == [
        ("CGST", "14"),
        ("SGST", "14"),
        ("CESS", "17"),
    ]


@pytest.mark.parametrize(
    ("code", "tax_class", "nature", "law"),
    [
        ("998314", C.STANDARD, N.TAXABLE, "11/2017-CTR"),
        ("998314", C.NIL_RATED, N.NIL_RATED, "CGST Act s.2(47)"),
        ("998314", C.EXEMPT, N.EXEMPT, "CGST Act s.11"),
        ("998314", C.NON_GST, N.NON_GST, "CGST Act s.2(78)"),
        ("998314", C.REVERSE_CHARGE, N.TAXABLE, "CGST Act s.9(3)"),
        ("490110", C.STANDARD, N.NIL_RATED, "by its row"),
        ("999210", C.STANDARD, N.EXEMPT, "by its row"),
        ("2710", C.STANDARD, N.NON_GST, "by its row"),
        ("8703", C.EXEMPT, N.EXEMPT, "the product goes before the row"),
        ("0101", C.EXEMPT, N.EXEMPT, "what bears no tax needs no rate"),
    ],
)
def test_natures(code: str, tax_class: TaxClass, nature: Nature, law: str) -> None:
    assert nature_of(HOME, code, on=DAY, tax_class=tax_class, own=OWN) is nature, law
    borne = heads(HOME, code, on=DAY, tax_class=tax_class, own=OWN)
    assert (borne != ()) is (nature is N.TAXABLE)


def test_what_is_no_code_is_refused_of_any_nature() -> None:
    with pytest.raises(UnknownTaxCode):
        nature_of(HOME, "12345", on=DAY, tax_class=C.EXEMPT)


def test_an_own_row_wins_over_a_longer_prefix_of_the_table() -> None:
    assert rate_row("998431", on=DAY, own=(row("99", "12"),)).percent == 12
    assert rate_row("998431", on=DAY).percent == 18


def test_goods_need_a_rate_of_ones_own() -> None:
    with pytest.raises(GoodsNotTaxed):
        rate_row("847130", on=DAY, own=OWN)
    assert rate_row("847130", on=DAY, own=(row("8471", "18"),)).percent == 18


def test_an_own_row_holds_on_its_days_only() -> None:
    own = (row("8471", "28", until=date(2025, 9, 21)), row("8471", "18", since=REFORM))
    assert rate_row("8471", on=date(2025, 9, 21), own=own).percent == 28
    assert rate_row("8471", on=REFORM, own=own).percent == 18


@pytest.mark.parametrize(
    ("rate", "refusal"),
    [
        (row("9", "5"), BadTaxRate),
        (row("99843x", "5"), BadTaxRate),
        (row("4901", "101"), BadTaxRate),
        (row("4901", "0"), BadTaxRate),  # at 0 the nature says why
        (row("4901", "5", nature=N.EXEMPT), BadTaxRate),
        (row("4901", "0", cess="1", nature=N.NIL_RATED), BadTaxRate),
        (row("4901", "5", cess="301"), BadTaxRate),
        (row("4901", "5.0005"), BadTaxRate),
        (row("4901", "5", since=DAY, until=date(2026, 11, 23)), BadTaxRate),
        (row("4901", "12", since=DAY), TaxRatesOverlap),
        (row("8703", "28", since=date(2020, 1, 1), until=date(2020, 1, 1)), TaxRatesOverlap),
    ],
)
def test_a_row_that_cannot_be_applied(rate: Rate, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check_own_rate(rate, OWN)


def test_rows_that_follow_each_other_are_taken() -> None:
    ended = replace(OWN[0], valid_to=date(2026, 3, 31))
    check_own_rate(row("4901", "12", since=date(2026, 4, 1)), (ended,))
    check_own_rate(row("490199", "0.125"), OWN)


# Turnover in crores of the year before, day, digits. Source: Notf. 78/2020-CT, from 1 Apr 2021.
CRORE = 10**7 * 100
DIGITS = [
    ({"25-26": 5 * CRORE}, DAY, 4),  # up to five crore
    ({"25-26": 5 * CRORE + 1}, DAY, 6),
    ({"24-25": 50 * CRORE}, DAY, 4),  # another year's says nothing
    ({"25-26": 6 * CRORE}, date(2027, 3, 31), 6),
    ({"25-26": 6 * CRORE}, date(2027, 4, 1), 4),  # now 26-27 counts
    ({"19-20": 6 * CRORE}, date(2021, 3, 31), 4),  # before the notification
    ({"20-21": 6 * CRORE}, date(2021, 4, 1), 6),
    ({}, DAY, 4),
]


@pytest.mark.parametrize(("turnovers", "on", "digits"), DIGITS)
def test_digits_by_turnover(turnovers: dict[str, int], on: date, digits: int) -> None:
    assert digits_asked(turnovers, on=on) == digits


def test_a_code_too_short_is_refused_by_name() -> None:
    check_digits("998314", 6)
    check_digits("9984", 4)
    with pytest.raises(TaxCodeTooShort, match="78/2020-CT"):
        check_digits("9984", 6)


@pytest.mark.parametrize(
    ("on", "year"),
    [
        (date(2026, 3, 31), "24-25"),
        (date(2026, 4, 1), "25-26"),
        (date(2100, 4, 1), "99-00"),
        (date(2000, 4, 1), "99-00"),
    ],
)
def test_the_year_before(on: date, year: str) -> None:
    assert year_before(on) == year


def test_every_rule_of_digits_has_a_source() -> None:
    assert all(rule.source.startswith("Notf. ") for rule in digits_rules())


@pytest.mark.parametrize(
    ("nature", "reverse", "found"),
    [
        (N.TAXABLE, False, C.STANDARD),
        (N.TAXABLE, True, C.REVERSE_CHARGE),
        (N.NIL_RATED, False, C.NIL_RATED),
        (N.EXEMPT, False, C.EXEMPT),
        (N.NON_GST, False, C.NON_GST),
    ],
)
def test_the_class_of_a_product(nature: Nature, reverse: bool, found: TaxClass) -> None:
    assert tax_class_of(nature, reverse_charge=reverse) is found


def test_what_bears_no_tax_has_nobody_who_owes_it() -> None:
    with pytest.raises(BadTaxNature):
        tax_class_of(N.EXEMPT, reverse_charge=True)


@given(
    amount=st.integers(0, 10**12),
    code=st.sampled_from(["490199", "490110", "8703", "998431", "998314", "999210"]),
    supply=st.sampled_from([HOME, AWAY, ABROAD, IN_UT]),
    on=st.sampled_from([date(2019, 1, 1), date(2025, 9, 21), REFORM, DAY]),
    inside=st.booleans(),
)
def test_cgst_is_sgst_and_the_parts_are_the_price(
    amount: int, code: str, supply: Supply, on: date, inside: bool
) -> None:
    found = taxed(amount, supply, code, on, inside=inside)
    by_name = {tax.name: tax.amount for tax in found.taxes}
    assert by_name.get("CGST") == by_name.get("SGST", by_name.get("UTGST"))
    assert ("CGST" in by_name) is not ("IGST" in by_name) or not by_name
    if inside:
        assert found.net + sum(by_name.values()) + found.residue == amount
        assert abs(found.residue) <= 2
    else:
        assert (found.net, found.residue) == (amount, 0)
