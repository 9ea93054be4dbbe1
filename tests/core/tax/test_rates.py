"""Rates of GST by code and day, and the heads they become."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from khata.core.tax.gst import Head, UnknownTaxCode, heads, rate_of
from khata.core.tax.parties import Buyer, Lut, Seller
from khata.core.tax.place_of_supply import Supply, decide_supply
from khata.core.tax.rate_table import (
    GoodsNotTaxed,
    TaxCodeTooCoarse,
    decimal_percent,
    rate_table,
)

DAY = date(2026, 11, 24)
BEGIN = date(2017, 7, 1)
LUT = Lut("AD290426001234X", date(2026, 4, 1), date(2027, 3, 31))


SOFTWARE_CODES = [
    *("997331", "998311", "998313", "998314", "998315", "998316", "998319", "998365"),
    *("998431", "998432", "998433", "998434", "998439", "999293", "998713", "997212"),
    "9984",  # a whole heading at one rate
]


@pytest.mark.parametrize("on", [BEGIN, date(2025, 9, 21), date(2025, 9, 22), DAY])
@pytest.mark.parametrize("code", SOFTWARE_CODES)
def test_what_a_software_seller_bills_is_at_18_in_every_period(code: str, on: date) -> None:
    assert rate_of(code, on=on) == 18


@pytest.mark.parametrize(
    ("code", "on", "percent"),
    [
        ("999723", date(2025, 9, 21), 18),  # a gym, until the reform of 22 September 2025
        ("999723", date(2025, 9, 22), 5),
        ("999799", date(2025, 9, 22), 18),
        ("997339", date(2021, 9, 30), 12),  # licences other than of software
        ("997339", date(2021, 10, 1), 18),
        ("997331", date(2021, 9, 30), 18),  # the longer prefix decides
        ("996812", DAY, 18),
    ],
)
def test_the_longest_prefix_and_the_day_decide(code: str, on: date, percent: int) -> None:
    assert rate_of(code, on=on) == Fraction(percent)


@pytest.mark.parametrize(
    ("code", "on"),
    [
        ("", DAY),
        ("99", DAY),
        ("99831", DAY),
        ("9983145", DAY),
        ("998314000", DAY),
        ("99831A", DAY),
        ("९९८३१४", DAY),
        ("9" * 5000, DAY),
        ("999999", DAY),
        ("00123456", DAY),
        ("998314", date(2017, 6, 30)),  # before there was GST
    ],
)
def test_a_code_without_a_rate_is_refused(code: str, on: date) -> None:
    with pytest.raises(UnknownTaxCode) as refused:
        rate_of(code, on=on)
    assert refused.value.param == "tax_code"
    assert len(refused.value.detail) < 200


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("997311", "goods leased"),
        ("996331", "what exactly"),
        ("9963", "what exactly"),
        ("999210", "exempt"),
        ("998555", "tour operators"),
        ("998525", "guards"),
        ("996813", "platform"),
        ("999599", "members"),
    ],
)
def test_a_code_that_does_not_decide_alone_is_refused_with_the_reason(code: str, why: str) -> None:
    with pytest.raises(UnknownTaxCode, match=why) as refused:
        rate_of(code, on=DAY)
    assert refused.value.code == "unknown_tax_code"


@pytest.mark.parametrize(
    ("heading", "on", "within"),
    [
        ("9983", DAY, "998363"),  # advertisements in print
        ("9982", DAY, "99821"),  # advocates
        ("9985", DAY, "998525"),  # guards
        ("9997", DAY, "99972"),  # salons at 5
        ("9973", DAY, "9973"),  # nothing is said of the heading itself
    ],
)
def test_a_heading_of_several_rates_is_too_coarse(heading: str, on: date, within: str) -> None:
    with pytest.raises(TaxCodeTooCoarse, match=within) as refused:
        rate_of(heading, on=on)
    assert (refused.value.code, refused.value.param) == ("tax_code_too_coarse", "tax_code")


@pytest.mark.parametrize("code", ["0101", "1234", "4901", "49011020", "852380", "85238020", "9804"])
def test_goods_are_refused_as_goods(code: str) -> None:
    with pytest.raises(GoodsNotTaxed) as refused:
        rate_of(code, on=DAY)
    assert (refused.value.code, refused.value.param) == ("goods_not_taxed", "tax_code")


def test_the_table_is_sound() -> None:
    for prefix, rates in rate_table().items():
        assert prefix.isdigit()
        assert prefix.startswith("99")  # services
        assert len(prefix) in (4, 5, 6)
        assert rates[0].valid_from == BEGIN
        for rate in rates:
            assert rate.source.startswith("Notf. ")
            assert rate.percent is None or 0 < rate.percent <= 40
            assert len(rate.note) < 130
        for before, after in pairwise(rates):  # no gap, no overlap
            assert before.valid_to is not None
            assert before.valid_to + timedelta(days=1) == after.valid_from


def supply_of(state: str, *, to: Buyer, lut: Lut | None = None) -> Supply:
    gstin = {"KA": "29ABCCT1234E1ZL", "CH": "04AABCU9603R1ZV"}[state]
    return decide_supply(Seller("IN", state, gstin, (lut,) if lut else ()), to, on=DAY)


def test_the_heads_of_each_kind_of_supply() -> None:
    nine = [Head("CGST", "9", 9, 100), Head("SGST", "9", 9, 100)]
    igst = Head("IGST", "18", 9, 50)

    def found(supply: Supply) -> list[Head]:
        return list(heads(supply, "998314", on=DAY))

    assert found(supply_of("KA", to=Buyer("IN", "KA"))) == nine
    assert found(supply_of("KA", to=Buyer("IN", "MH"))) == [igst]
    assert found(supply_of("CH", to=Buyer("IN", "CH"))) == [nine[0], Head("UTGST", "9", 9, 100)]
    assert found(supply_of("CH", to=Buyer("IN", "LA"))) == [igst]
    assert found(supply_of("KA", to=Buyer("US", None))) == [igst]
    assert found(supply_of("KA", to=Buyer("US", None), lut=LUT)) == [Head("IGST", "18", 0, 1)]
    sez = Buyer("IN", "KA", "29AABCR1718E1ZL", sez=True)
    assert found(supply_of("KA", to=sez)) == [igst]
    assert found(supply_of("KA", to=sez, lut=LUT)) == [Head("IGST", "18", 0, 1)]
    unregistered = decide_supply(Seller("IN", "KA"), Buyer("IN", "KA"), on=DAY)
    assert found(unregistered) == []


def test_half_of_five_is_two_and_a_half() -> None:
    supply = supply_of("KA", to=Buyer("IN", "KA"))
    assert heads(supply, "999723", on=DAY) == (
        Head("CGST", "2.5", 1, 40),
        Head("SGST", "2.5", 1, 40),
    )


def test_an_unknown_code_is_refused_when_it_would_bear_tax() -> None:
    with pytest.raises(UnknownTaxCode):
        heads(supply_of("KA", to=Buyer("IN", "KA")), "1234", on=DAY)


def test_an_unknown_code_is_refused_under_an_lut_too() -> None:
    with pytest.raises(UnknownTaxCode):
        heads(supply_of("KA", to=Buyer("US", None), lut=LUT), "1234", on=DAY)


@pytest.mark.parametrize(
    ("percent", "text"),
    [("18", "18"), ("9", "9"), ("2.5", "2.5"), ("0.125", "0.125"), ("0", "0"), ("40", "40")],
)
def test_a_percentage_is_spelled_as_people_write_it(percent: str, text: str) -> None:
    assert decimal_percent(Fraction(percent)) == text


def test_a_percentage_without_end_is_no_rate_of_ours() -> None:
    with pytest.raises(ValueError):
        decimal_percent(Fraction(1, 3))
