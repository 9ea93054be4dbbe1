"""What a price may not say: each refused by name, at its field."""

from decimal import Decimal
from typing import Any

import pytest

from khata.core.price_terms import PriceModel, PriceTerms, Tier, checked, is_plain
from khata.core.refusal import Refusal
from tests.core.agreements import id_of

METER = id_of(9)


def tier(up_to: str | None, begins: str | None = None, **more: Any) -> Tier:
    return Tier(
        None if up_to is None else Decimal(up_to),
        begins=None if begins is None else Decimal(begins),
        **more,
    )


def refusal_of(model: str, **fields: Any) -> tuple[str, str | None]:
    asked = PriceTerms(PriceModel(model), **fields)
    with pytest.raises(Refusal) as refused:
        checked(asked, ["model", *fields], param="prices.0.")
    return refused.value.code, refused.value.param


TIERS = "prices.0.tiers"


@pytest.mark.parametrize(
    ("rows", "code", "param"),
    [
        ([], "tiers_missing", TIERS),
        ([tier(None)] * 101, "tiers_missing", TIERS),
        ([tier("10"), tier("5"), tier(None)], "tiers_overlap", f"{TIERS}.1.up_to"),
        ([tier("10"), tier("10"), tier(None)], "tiers_overlap", f"{TIERS}.1.up_to"),
        ([tier("0"), tier(None)], "tiers_overlap", f"{TIERS}.0.up_to"),
        ([tier(None), tier("10")], "tiers_overlap", f"{TIERS}.0.up_to"),
        ([tier("10"), tier("20")], "last_tier_not_open", f"{TIERS}.1.up_to"),
        ([tier("10", "1"), tier(None, "5")], "tiers_overlap", f"{TIERS}.1.from"),
        ([tier("10", "1"), tier(None, "10")], "tiers_overlap", f"{TIERS}.1.from"),
        ([tier("10", "1"), tier(None, "12")], "tiers_have_gap", f"{TIERS}.1.from"),
        ([tier("10", "2"), tier(None)], "tiers_have_gap", f"{TIERS}.0.from"),
        ([tier("1.5"), tier(None, "1.6")], "tiers_have_gap", f"{TIERS}.1.from"),
        ([tier("1.5"), tier(None, "1.4")], "tiers_overlap", f"{TIERS}.1.from"),
        ([tier(None, rate=Decimal(2))], "price_field_not_used", f"{TIERS}.0.rate"),
        (
            [tier(None, unit_amount=Decimal("1.0000000000001"))],
            "price_field_out_of_range",
            f"{TIERS}.0.unit_amount",
        ),
    ],
)
def test_tiers_that_cannot_be(rows: list[Tier], code: str, param: str) -> None:
    assert refusal_of("graduated", tiers=tuple(rows)) == (code, param)


@pytest.mark.parametrize("begins", [["0", "11"], ["1", "11"]])
def test_tiers_may_say_where_they_begin(begins: list[str]) -> None:
    rows = (tier("10", begins[0]), tier(None, begins[1]))
    agreed = checked(PriceTerms(PriceModel.VOLUME, tiers=rows), ["model", "tiers"])
    assert [one.up_to for one in agreed.tiers] == [Decimal(10), None]
    assert [one.begins for one in agreed.tiers] == [None, None]


def test_what_is_measured_may_begin_where_the_last_ended() -> None:
    rows = (tier("10", "0"), tier("12.5", "10"), tier(None, "12.5"))
    terms = PriceTerms(PriceModel.GRADUATED, tiers=rows, meter_id=METER)
    assert checked(terms, ["model", "tiers", "meter_id"])


@pytest.mark.parametrize(
    ("model", "fields", "code", "param"),
    [
        ("flat", {}, "price_field_missing", "prices.0.amount"),
        ("per_unit", {}, "price_field_missing", "prices.0.amount"),
        ("graduated", {}, "tiers_missing", "prices.0.tiers"),
        ("package", {"unit_amount": Decimal(1)}, "price_field_missing", "prices.0.package_size"),
        ("percentage", {}, "price_field_missing", "prices.0.rate"),
        (
            "flat",
            {"unit_amount": Decimal(1), "tiers": (tier(None),)},
            "price_field_not_used",
            "prices.0.tiers",
        ),
        (
            "volume",
            {"tiers": (tier(None),), "charge_at_zero": True},
            "price_field_not_used",
            "prices.0.charge_at_zero",
        ),
        (
            "volume",
            {"tiers": (tier(None),), "unit_amount": Decimal(1)},
            "price_field_not_used",
            "prices.0.amount",
        ),
        (
            "per_unit",
            {"unit_amount": Decimal(1), "prorated": True},
            "price_field_not_used",
            "prices.0.prorated",
        ),
        (
            "package",
            {"unit_amount": Decimal(1), "package_size": Decimal(0)},
            "price_field_out_of_range",
            "prices.0.package_size",
        ),
        ("percentage", {"rate": Decimal(1001)}, "price_field_out_of_range", "prices.0.rate"),
        (
            "percentage",
            {"rate": Decimal(2), "minimum": Decimal(9), "maximum": Decimal(8)},
            "minimum_above_maximum",
            "prices.0.minimum",
        ),
    ],
)
def test_fields_that_do_not_fit(model: str, fields: Any, code: str, param: str) -> None:
    assert refusal_of(model, **fields) == (code, param)


def test_what_is_plain_needs_no_terms() -> None:
    assert is_plain(PriceTerms(PriceModel.FLAT, Decimal(5)))
    assert is_plain(PriceTerms(PriceModel.PER_UNIT, Decimal("5.000")))
    assert not is_plain(PriceTerms(PriceModel.PER_UNIT, Decimal("5.5")))
    assert not is_plain(PriceTerms(PriceModel.FLAT, Decimal(5), setup_fee=1))
    assert not is_plain(PriceTerms(PriceModel.PACKAGE, Decimal(5)))
