"""Advances as tables: the tax inside an amount, parts of it, and what is not determinable.

The law: CGST Rules 35 and 50 with its proviso; CGST Act s.12(2), s.13(2); amounts by hand.
"""

from datetime import date
from uuid import UUID, uuid4

import pytest

from khata.core.advance import (
    OpenAdvance,
    character_of,
    take_part,
    take_up,
    tax_within,
    undetermined,
)
from khata.core.refusal import Refusal
from khata.core.tax.gst import Head, TaxRow
from khata.core.tax.parties import Buyer, ExportRoute, Lut, Scheme, Seller
from khata.core.tax.place_of_supply import StateRequired, Treatment, decide_supply
from khata.core.terms import SellerTerms, Terms, TermsOfDay
from khata.core.wallet import check_purpose

ON = date(2025, 6, 10)
KARNATAKA = "29AABCT1332L1ZA"
RULE_35 = "CGST Rules, rule 35"


def head(name: str, percent: int, per: int = 1) -> Head:
    return Head(name, str(percent), percent, 100 * per)


HALVES = (head("CGST", 9), head("SGST", 9))
WHOLE = (head("IGST", 18),)


@pytest.mark.parametrize(
    ("law", "amount", "heads", "net", "taxes"),
    [
        (RULE_35, 118_000, HALVES, 100_000, [9000, 9000]),
        (RULE_35, 118_000, WHOLE, 100_000, [18_000]),
        (f"{RULE_35}: 99.99 × 9 ÷ 118 = 7.6263", 9999, HALVES, 8473, [763, 763]),
        (f"{RULE_35}: 99.99 × 18 ÷ 118 = 15.2527", 9999, WHOLE, 8474, [1525]),
        (f"{RULE_35}: 100.00 × 9 ÷ 118 = 7.6271", 10_000, HALVES, 8474, [763, 763]),
        (f"{RULE_35}: 0.01 × 9 ÷ 118 = 0.00076", 1, HALVES, 1, [0, 0]),
        (f"{RULE_35}: 0.07 × 9 ÷ 118 = 0.0053", 7, HALVES, 5, [1, 1]),
        (f"{RULE_35}: 0.06 × 9 ÷ 118 = 0.0046", 6, HALVES, 6, [0, 0]),
        (f"{RULE_35}: 105.00 at 5 %", 10_500, (head("IGST", 5),), 10_000, [500]),
        (
            f"{RULE_35}, with a cess of 12 %: 140.00 ÷ 140 × 28 and × 12",
            14_000,
            (head("IGST", 28), head("CESS", 12)),
            10_000,
            [2800, 1200],
        ),
        ("IGST Act s.16(3)(a): under an LUT", 118_000, (Head("IGST", "18", 0, 1),), 118_000, [0]),
        ("CGST Act s.11: exempt", 118_000, (), 118_000, []),
    ],
)
def test_the_tax_inside_an_amount(
    law: str, amount: int, heads: tuple[Head, ...], net: int, taxes: list[int]
) -> None:
    found, rows = tax_within(amount, heads)
    assert (found, [row.amount for row in rows]) == (net, taxes)
    assert found + sum(taxes) == amount
    assert all(row.taxable == net for row in rows)


def test_value_and_taxes_always_add_up() -> None:
    for amount in range(1, 3000):
        for heads in (HALVES, WHOLE, (head("CGST", 14), head("SGST", 14), head("CESS", 12))):
            net, rows = tax_within(amount, heads)
            assert net + sum(row.amount for row in rows) == amount
            assert net >= 0


def open_advance(total: int, *taxes: int) -> OpenAdvance:
    names = ("CGST", "SGST") if len(taxes) == 2 else ("IGST",)
    rows = tuple(TaxRow(name, "9", 0, tax) for name, tax in zip(names, taxes, strict=True))
    return OpenAdvance(UUID(int=1), UUID(int=2), UUID(int=3), "INR", total, rows)


@pytest.mark.parametrize(
    ("total", "taxes", "parts", "of_each"),
    [
        (118_000, (9000, 9000), (59_000, 59_000), [[4500, 4500], [4500, 4500]]),
        # 763 × 3333 ÷ 9999 = 254.33; then 509 × 3333 ÷ 6666 = 254.5; then all that is left
        (9999, (763, 763), (3333, 3333, 3333), [[254, 254], [255, 255], [254, 254]]),
        (9999, (1525,), (1, 9998), [[0], [1525]]),
        (9999, (1525,), (9998, 1), [[1525], [0]]),
        (9999, (763, 763), (9999,), [[763, 763]]),
    ],
)
def test_parts_of_an_advance_take_its_tax_and_no_more(
    total: int, taxes: tuple[int, ...], parts: tuple[int, ...], of_each: list[list[int]]
) -> None:
    left, found = open_advance(total, *taxes), []
    for amount in parts:
        part, left = take_part(left, amount)
        found.append([row.amount for row in part.taxes])
        assert part.net + sum(found[-1]) == amount
    assert found == of_each
    assert (left.total, [row.amount for row in left.taxes]) == (0, [0] * len(taxes))


def test_the_oldest_advance_is_taken_up_first_and_only_what_is_left() -> None:
    both = [open_advance(59_000, 4500, 4500), open_advance(118_000, 9000, 9000)]
    parts, rest = take_up(both, 118_000)
    assert [part.amount for part in parts] == [59_000, 59_000]
    assert [one.total for one in rest] == [0, 59_000]
    parts, rest = take_up(rest, 100_000)
    assert ([part.amount for part in parts], [one.total for one in rest]) == ([59_000], [0, 0])


def terms(buyer: Buyer, *, scheme: Scheme = Scheme.REGULAR, lut: bool = False) -> Terms:
    letters = (Lut("AD290425001234X", date(2025, 4, 1), date(2026, 3, 31)),) if lut else ()
    seller = Seller("IN", "KA", KARNATAKA, letters, True, scheme, ExportRoute.LUT_IF_VALID)
    known = SellerTerms(uuid4(), uuid4(), seller, "INV/{fy}/{n}")
    return TermsOfDay(ON, lambda _: known).of(known.registration_id, buyer, uuid4())


AT_HOME = Buyer("IN", "KA")
IN_TAMIL_NADU = Buyer("IN", "TN")
IN_CHANDIGARH = Buyer("IN", "CH")
ABROAD = Buyer("US", "CA")
IN_SEZ = Buyer("IN", "KA", "29AABCR1718E1ZL", sez=True)


@pytest.mark.parametrize(
    ("law", "buyer", "code", "heads"),
    [
        ("IGST Act s.12(2)(b)(i), s.8(2): one state", AT_HOME, "998314", ["CGST 9", "SGST 9"]),
        ("IGST Act s.7(3): two states", IN_TAMIL_NADU, "998314", ["IGST 18"]),
        ("rule 50, proviso (i): the rate cannot be told", AT_HOME, "9964", ["CGST 9", "SGST 9"]),
        ("rule 50, proviso (i), between states", IN_TAMIL_NADU, "9964", ["IGST 18"]),
        ("rule 50, proviso (i), to a Union territory", IN_CHANDIGARH, "9964", ["IGST 18"]),
        ("IGST Act s.16(3)(b): export with payment", ABROAD, "998314", ["IGST 18"]),
        ("IGST Act s.16(3)(b), at 18 % by rule 50", ABROAD, "9964", ["IGST 18"]),
        ("IGST Act s.7(5)(b): an SEZ in the same state", IN_SEZ, "998314", ["IGST 18"]),
    ],
)
def test_what_is_inside_an_advance(law: str, buyer: Buyer, code: str, heads: list[str]) -> None:
    found = character_of(terms(buyer), code)
    assert [f"{one.name} {one.rate}" for one in found.heads] == heads
    assert all(one.numerator > 0 for one in found.heads)
    assert ("rule 50" in found.supply.law) == (code == "9964")


@pytest.mark.parametrize("code", ["998314", "9964"])
@pytest.mark.parametrize("buyer", [ABROAD, IN_SEZ])
def test_under_a_letter_of_undertaking_nothing_is_inside(buyer: Buyer, code: str) -> None:
    """IGST Act s.16(3)(a)."""
    found = character_of(terms(buyer, lut=True), code)
    assert [(one.name, one.numerator) for one in found.heads] == [("IGST", 0)]
    assert found.supply.treatment is Treatment.ZERO_RATED_LUT


def test_who_pays_under_composition_collects_nothing() -> None:
    """CGST Act s.10(4)."""
    found = character_of(terms(AT_HOME, scheme=Scheme.COMPOSITION), "998314")
    assert (found.heads, found.supply.treatment) == ((), Treatment.COMPOSITION)
    assert character_of(terms(AT_HOME, scheme=Scheme.COMPOSITION), "9964").heads == ()


@pytest.mark.parametrize(
    ("buyer", "place"),
    [(Buyer("IN", None), None), (ABROAD, "96"), (IN_TAMIL_NADU, "33")],
)
def test_what_cannot_be_told_is_between_states_at_18(buyer: Buyer, place: str | None) -> None:
    """Rule 50, first proviso (ii)."""
    with pytest.raises(StateRequired) as refused:
        decide_supply(Seller("IN", "KA", KARNATAKA), Buyer("IN", None), on=ON)
    found = undetermined(buyer, refused.value)
    assert [(one.name, one.rate) for one in found.heads] == [("IGST", "18")]
    assert found.supply.law == "CGST Rules, rule 50, proviso (ii)"
    assert found.supply.place.code == place


@pytest.mark.parametrize("code", ["8523", "01", "98049000", "x", "99 83", ""])
def test_a_purpose_is_a_code_of_a_service(code: str) -> None:
    """Notification 66/2017-CT, and the form of a code."""
    with pytest.raises(Refusal):
        check_purpose(code)


@pytest.mark.parametrize("code", [None, "998314", "9983"])
def test_a_purpose(code: str | None) -> None:
    check_purpose(code)
