"""Price models: each tier's edges, packages, percentages, what is included, in worked examples.

Each row's note holds its arithmetic, by hand. "Stripe" rows are the tables of Stripe's page
"Tiered pricing" (docs.stripe.com/subscriptions/pricing-models/tiered-pricing), in cents; "Lago"
rows those of its pages on charge models (getlago.com/docs/guide/plans/charges/charge-models).
"""

import json
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.catalog import PriceModel
from khata.core.exact import rounded
from khata.core.money import LARGEST_AMOUNT, AmountTooLarge
from khata.core.price_json import read_terms, spell_terms
from khata.core.price_terms import PriceTerms, Tier
from khata.core.pricing import price_at, price_of, price_of_events
from tests.core.agreements import id_of


def terms(model: str, unit_amount: str = "0", **more: Any) -> PriceTerms:
    for name in ("package_size", "included", "rate", "fixed_fee", "included_amount"):
        if name in more:
            more[name] = Decimal(more[name])
    for name in ("minimum", "maximum"):
        if name in more:
            more[name] = Decimal(more[name])
    return PriceTerms(PriceModel(model), Decimal(unit_amount), **more)


def tiers(*rows: tuple[str | None, str, int], rate: bool = False) -> tuple[Tier, ...]:
    """(up_to, unit amount or rate, flat amount) …"""
    return tuple(
        Tier(
            None if up_to is None else Decimal(up_to),
            Decimal(0 if rate else each),
            flat,
            Decimal(each if rate else 0),
        )
        for up_to, each, flat in rows
    )


SEATS = tiers(("5", "700", 0), ("10", "650", 0), (None, "600", 0))  # Stripe's
FLATS = tiers(("5", "500", 1000), ("10", "400", 2000), (None, "100", 3000))
CALLS = tiers(("1000", "0", 0), ("10000", "0.25", 500), (None, "0.125", 0))
SLABS = tiers(("100000", "2", 0), ("500000", "1.5", 5000), (None, "1", 10000), rate=True)
LAGO = tiers(("100000", "1", 20000), ("1000000", "2", 30000), (None, "3", 40000), rate=True)

EXAMPLES: list[tuple[str, PriceTerms, str, int]] = [
    ("flat: 1,000.00 whatever the quantity", terms("flat", "100000"), "7", 100_000),
    ("flat at nothing is flat, too", terms("flat", "100000"), "0", 100_000),
    ("per unit: 3 × 499.99 = 1,499.97", terms("per_unit", "49999"), "3", 149_997),
    ("per unit: 1,000 × 0.0125 = 12.5, up", terms("per_unit", "0.0125"), "1000", 13),
    ("per unit: 999 × 0.0125 = 12.4875", terms("per_unit", "0.0125"), "999", 12),
    ("per unit: 40 × 0.0125 = 0.5, up", terms("per_unit", "0.0125"), "40", 1),
    ("per unit: 39 × 0.0125 = 0.4875", terms("per_unit", "0.0125"), "39", 0),
    ("per unit: 10⁹ × 10⁻¹² = 0.001", terms("per_unit", "0.000000000001"), "1000000000", 0),
    ("per unit: 2.5 hours × 1,000 = 2,500", terms("per_unit", "1000"), "2.5", 2500),
    ("included: 3 of 5 are used", terms("per_unit", "100", included="5"), "3", 0),
    ("included: all 5 are used", terms("per_unit", "100", included="5"), "5", 0),
    ("included: (6 − 5) × 100", terms("per_unit", "100", included="5"), "6", 100),
    ("included: (5.5 − 5) × 100 = 50", terms("per_unit", "100", included="5"), "5.5", 50),
    # graduated, Stripe's table
    ("Stripe, graduated, 1: 7.00", terms("graduated", tiers=SEATS), "1", 700),
    ("Stripe, graduated, 5: 5 × 7.00", terms("graduated", tiers=SEATS), "5", 3500),
    ("Stripe, graduated, 6: 35.00 + 6.50", terms("graduated", tiers=SEATS), "6", 4150),
    ("graduated, 10: 35.00 + 5 × 6.50 = 67.50", terms("graduated", tiers=SEATS), "10", 6750),
    ("graduated, 11: 67.50 + 6.00", terms("graduated", tiers=SEATS), "11", 7350),
    ("Stripe, graduated, 20: 67.50 + 60.00", terms("graduated", tiers=SEATS), "20", 12_750),
    ("Stripe, graduated, 25: 67.50 + 90.00", terms("graduated", tiers=SEATS), "25", 15_750),
    ("graduated, nothing", terms("graduated", tiers=SEATS), "0", 0),
    ("graduated, 5.5: 3,500 + 0.5 × 650 = 3,825", terms("graduated", tiers=SEATS), "5.5", 3825),
    ("graduated, 10.001: 6,750 + 0.6", terms("graduated", tiers=SEATS), "10.001", 6751),
    # a tier's flat amount, once where a unit falls in it
    ("flats, 0: nothing fell anywhere", terms("graduated", tiers=FLATS), "0", 0),
    ("flats, 0, charged: 1,000", terms("graduated", tiers=FLATS, charge_at_zero=True), "0", 1000),
    ("flats, charged at 0, 1: 500 + 1,000",
     terms("graduated", tiers=FLATS, charge_at_zero=True), "1", 1500),
    ("flats, 1: 500 + 1,000", terms("graduated", tiers=FLATS), "1", 1500),
    ("flats, 5: 2,500 + 1,000", terms("graduated", tiers=FLATS), "5", 3500),
    ("flats, 6: 3,500 + 400 + 2,000", terms("graduated", tiers=FLATS), "6", 5900),
    ("flats, 10: 3,500 + 5 × 400 + 2,000", terms("graduated", tiers=FLATS), "10", 7500),
    ("flats, 11: 7,500 + 100 + 3,000", terms("graduated", tiers=FLATS), "11", 10_600),
    ("flats, 5.1: 3,500 + 0.1 × 400 + 2,000", terms("graduated", tiers=FLATS), "5.1", 5540),
    ("flats, 6 of which 1 is included: as 5",
     terms("graduated", tiers=FLATS, included="1"), "6", 3500),
    ("calls, 1,000: the first tier is free", terms("graduated", tiers=CALLS), "1000", 0),
    ("calls, 1,001: 0.25 + 500 = 500.25", terms("graduated", tiers=CALLS), "1001", 500),
    ("calls, 1,002: 0.5 + 500, up", terms("graduated", tiers=CALLS), "1002", 501),
    ("calls, 10,000: 9,000 × 0.25 + 500", terms("graduated", tiers=CALLS), "10000", 2750),
    ("calls, 10,004: 2,750 + 4 × 0.125 = 2,750.5", terms("graduated", tiers=CALLS), "10004", 2751),
    # volume
    ("Stripe, volume, 1: 7.00", terms("volume", tiers=SEATS), "1", 700),
    ("Stripe, volume, 5: 35.00", terms("volume", tiers=SEATS), "5", 3500),
    ("Stripe, volume, 6: 6 × 6.50 = 39.00", terms("volume", tiers=SEATS), "6", 3900),
    ("volume, 10: 65.00", terms("volume", tiers=SEATS), "10", 6500),
    ("volume, 11: 11 × 6.00", terms("volume", tiers=SEATS), "11", 6600),
    ("Stripe, volume, 20: 120.00", terms("volume", tiers=SEATS), "20", 12_000),
    ("Stripe, volume, 25: 150.00", terms("volume", tiers=SEATS), "25", 15_000),
    ("volume, 5.01: 5.01 × 650 = 3,256.5", terms("volume", tiers=SEATS), "5.01", 3257),
    ("volume with flats, 5: 2,500 + 1,000", terms("volume", tiers=FLATS), "5", 3500),
    ("volume with flats, 6: 2,400 + 2,000", terms("volume", tiers=FLATS), "6", 4400),
    ("volume with flats, 11: 1,100 + 3,000", terms("volume", tiers=FLATS), "11", 4100),
    ("volume with flats, 0: falls in the first tier", terms("volume", tiers=FLATS), "0", 1000),
    ("volume, 11 less 1 included: 10 × 6.50",
     terms("volume", tiers=SEATS, included="1"), "11", 6500),
    # packages
    ("package: none begun", terms("package", "900", package_size="100"), "0", 0),
    ("package: 1 begins one", terms("package", "900", package_size="100"), "1", 900),
    ("package: 100 fill one", terms("package", "900", package_size="100"), "100", 900),
    ("package: 101 begin two", terms("package", "900", package_size="100"), "101", 1800),
    ("package: 100.5 begin two", terms("package", "900", package_size="100"), "100.5", 1800),
    ("package: (150 − 50) fill one",
     terms("package", "900", package_size="100", included="50"), "150", 900),
    ("package: (151 − 50) begin two",
     terms("package", "900", package_size="100", included="50"), "151", 1800),
    ("package: what is included is used up",
     terms("package", "900", package_size="100", included="50"), "50", 0),
    ("Lago: 5.00 for 100 and the first 100 free: 201 cost 10.00",
     terms("package", "500", package_size="100", included="100"), "201", 1000),
    ("package of 0.1: 0.25 is begun three times",
     terms("package", "7", package_size="0.1"), "0.25", 21),
    # graduated percentages: of 1,000.00 2 %, to 5,000.00 1.5 % and 50.00, beyond 1 % and 100.00
    ("slabs, nothing", terms("graduated_percentage", tiers=SLABS), "0", 0),
    ("slabs, 1: 0.02", terms("graduated_percentage", tiers=SLABS), "1", 0),
    ("slabs, 100,000: 2 % = 2,000", terms("graduated_percentage", tiers=SLABS), "100000", 2000),
    ("slabs, 100,001: 2,000 + 0.015 + 5,000",
     terms("graduated_percentage", tiers=SLABS), "100001", 7000),
    ("slabs, 500,000: 2,000 + 6,000 + 5,000",
     terms("graduated_percentage", tiers=SLABS), "500000", 13_000),
    ("slabs, 600,000: 13,000 + 1,000 + 10,000",
     terms("graduated_percentage", tiers=SLABS), "600000", 24_000),
    ("Lago: 500.00 × 1 % + 200.00 = 205.00",
     terms("graduated_percentage", tiers=LAGO), "50000", 20_500),
    ("Lago, 550.00 more: 205.00 + 306.00",
     terms("graduated_percentage", tiers=LAGO), "105000", 51_100),
    ("Lago, 4,000.00 more: 511.00 + 80.00",
     terms("graduated_percentage", tiers=LAGO), "505000", 59_100),
    ("slabs, 150,000 of which 50,000 are included: 2,000",
     terms("graduated_percentage", tiers=SLABS, included_amount="50000"), "150000", 2000),
]  # fmt: skip


@pytest.mark.parametrize(("note", "price", "quantity", "amount"), EXAMPLES)
def test_a_quantity_costs(note: str, price: PriceTerms, quantity: str, amount: int) -> None:
    priced = price_at(price, Decimal(quantity))
    assert priced.amount == amount
    assert rounded(sum((step.amount for step in priced.steps), Decimal(0))) == amount


CARD = terms("percentage", rate="2.9", fixed_fee="30")

EVENTS: list[tuple[str, PriceTerms, list[str], int]] = [
    ("no event", CARD, [], 0),
    ("2.9 % of 100.00 + 0.30 = 3.20", CARD, ["10000"], 320),
    ("twice: 2.9 % of 150.00 + 0.60 = 4.95", CARD, ["10000", "5000"], 495),
    ("rounded once: 3 × (2.9 % of 10 + 30) = 90.87", CARD, ["10", "10", "10"], 91),
    ("an event of nothing has its fee", CARD, ["0"], 30),
    ("one below zero costs nothing and lowers nothing", CARD, ["10000", "-5000"], 320),
    ("at least 50: 2.9 % of 100 + 30 = 32.9", replace(CARD, minimum=Decimal(50)), ["100"], 50),
    ("the minimum itself: 2 % of 2,500 = 50",
     terms("percentage", rate="2", minimum="50"), ["2500"], 50),
    ("just above it: 2 % of 2,550 = 51",
     terms("percentage", rate="2", minimum="50"), ["2550"], 51),
    ("each event has its minimum: 50 + 200",
     terms("percentage", rate="2", minimum="50"), ["100", "10000"], 250),
    ("at most 500: 2 % of 100,000 = 2,000",
     terms("percentage", rate="2", maximum="500"), ["100000"], 500),
    ("each its maximum: 500 + 500 + 20",
     terms("percentage", rate="2", maximum="500"), ["100000", "25001", "1000"], 1020),
    ("both limits: 50 + 500 + 100",
     terms("percentage", rate="2", minimum="50", maximum="500"), ["1", "90000", "5000"], 650),
    ("two events are free; the third: 2 % of 3,000",
     terms("percentage", rate="2", included_events=2), ["50000", "70000", "3000"], 60),
    ("as many as are free",
     terms("percentage", rate="2", fixed_fee="30", included_events=2), ["50000", "70000"], 0),
    ("10,000 are free: of the second 2,000 count, 2 % + 30 = 70",
     terms("percentage", rate="2", fixed_fee="30", included_amount="10000"), ["8000", "4000"], 70),
    ("the event that just uses it up is free",
     terms("percentage", rate="2", fixed_fee="30", included_amount="10000"), ["8000", "2000"], 0),
    ("and the next counts whole: 2 % of 100 + 30 = 32",
     terms("percentage", rate="2", fixed_fee="30", included_amount="10000"),
     ["8000", "2000", "100"], 32),
    ("in the order of time: 2 % of (2,000 + 8,000)",
     terms("percentage", rate="2", included_amount="2000"), ["4000", "8000"], 200),
    ("both: events end first: 2 % of 500",
     terms("percentage", rate="2", included_events=1, included_amount="10000"),
     ["4000", "500"], 10),
    ("both: the amount ends first: 2 % of 2,000",
     terms("percentage", rate="2", included_events=5, included_amount="2000"), ["4000"], 40),
    ("a part has the minimum: 2 % of 100 = 2, at least 50",
     terms("percentage", rate="2", minimum="50", included_amount="900"), ["1000"], 50),
]  # fmt: skip


@pytest.mark.parametrize(("note", "price", "amounts", "amount"), EVENTS)
def test_events_cost(note: str, price: PriceTerms, amounts: list[str], amount: int) -> None:
    priced = price_of_events(price, [Decimal(text) for text in amounts])
    assert priced.amount == amount
    assert rounded(sum((step.amount for step in priced.steps), Decimal(0))) == amount


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len(EXAMPLES) + len(EVENTS) >= 80


def test_a_quantity_of_a_percentage_is_one_event() -> None:
    assert price_at(CARD, 10_000).amount == 320
    assert price_at(CARD, 0).amount == 0


def test_the_steps_are_told_with_their_tiers() -> None:
    told = price_at(terms("graduated", tiers=FLATS, included="1"), 7).basis
    assert told == {
        "rule": "graduated",
        "quantity": "7",
        "included": "1",
        "steps": [
            {"tier": 1, "of": "units", "units": "5", "each": "500", "amount": "2500"},
            {"tier": 1, "of": "flat_amount", "units": "1", "each": "1000", "amount": "1000"},
            {"tier": 2, "of": "units", "units": "1", "each": "400", "amount": "400"},
            {"tier": 2, "of": "flat_amount", "units": "1", "each": "2000", "amount": "2000"},
        ],
        "exact": "5900",
        "amount": 5900,
        "rounding": "half_up",
    }


def test_more_than_a_line_may_hold_is_refused() -> None:
    most = terms("per_unit", str(LARGEST_AMOUNT))
    assert price_at(most, 1).amount == LARGEST_AMOUNT
    with pytest.raises(AmountTooLarge):
        price_at(most, 2)
    with pytest.raises(AmountTooLarge):
        price_of(PriceModel.PER_UNIT, LARGEST_AMOUNT, 2)


amounts = st.decimals(0, 10_000, places=4)
quantities = st.decimals(0, 1_000_000, places=3)


@st.composite
def tiered(draw: st.DrawFn, flat: bool = True) -> tuple[Tier, ...]:
    ends = sorted(draw(st.sets(st.integers(1, 100_000), max_size=5)))
    return tuple(
        Tier(
            None if end is None else Decimal(end),
            draw(amounts),
            draw(st.integers(0, 5000)) if flat else 0,
        )
        for end in [*ends, None]
    )


@given(tiered(), quantities, quantities)
def test_graduated_never_falls(rows: tuple[Tier, ...], one: Decimal, other: Decimal) -> None:
    price = PriceTerms(PriceModel.GRADUATED, tiers=rows)
    less, more = sorted((one, other))
    assert price_at(price, less).amount <= price_at(price, more).amount


@given(tiered(flat=False), st.decimals("0.000001", "0.001", places=6))
def test_graduated_goes_over_an_edge_without_a_step(
    rows: tuple[Tier, ...], little: Decimal
) -> None:
    price = PriceTerms(PriceModel.GRADUATED, tiers=rows)
    for before, after in pairwise(rows):
        assert before.up_to is not None
        at, beyond = price_at(price, before.up_to), price_at(price, before.up_to + little)
        assert beyond.exact - at.exact == little * after.unit_amount


@given(tiered(), quantities)
def test_volume_is_one_tier_and_its_flat_amount(rows: tuple[Tier, ...], quantity: Decimal) -> None:
    [tier] = [t for t in rows if t.up_to is None or quantity <= t.up_to][:1]
    priced = price_at(PriceTerms(PriceModel.VOLUME, tiers=rows), quantity)
    assert priced.exact == quantity * tier.unit_amount + tier.flat_amount


@given(tiered(flat=False), st.integers(0, 10**6))
def test_graduated_is_the_sum_of_each_unit_at_its_own_tier(
    rows: tuple[Tier, ...], quantity: int
) -> None:
    """By another road: the price of each tier is a difference that all units beyond it pay."""
    expected, before, begin = Decimal(0), Decimal(0), Decimal(0)
    for tier in rows:
        expected += max(Decimal(0), quantity - begin) * (tier.unit_amount - before)
        before, begin = tier.unit_amount, tier.up_to or Decimal(0)
    assert price_at(PriceTerms(PriceModel.GRADUATED, tiers=rows), quantity).exact == expected


@given(st.integers(0, 10**13), st.integers(0, 1000))
def test_the_short_way_says_the_same(unit_amount: int, quantity: int) -> None:
    for model in (PriceModel.FLAT, PriceModel.PER_UNIT):
        try:
            short = price_of(model, unit_amount, quantity)
        except AmountTooLarge:
            with pytest.raises(AmountTooLarge):
                price_at(PriceTerms(model, Decimal(unit_amount)), quantity)
        else:
            assert price_at(PriceTerms(model, Decimal(unit_amount)), quantity).amount == short


@given(tiered(), st.sampled_from([PriceModel.GRADUATED, PriceModel.VOLUME]), amounts)
def test_terms_come_back_as_they_were_stored(
    rows: tuple[Tier, ...], model: PriceModel, included: Decimal
) -> None:
    terms = PriceTerms(model, tiers=rows, included=included, meter_id=id_of(3), setup_fee=7)
    assert read_terms(json.dumps(spell_terms(terms))) == terms
    assert hash(read_terms(json.dumps(spell_terms(terms)))) == hash(terms)
