"""Usage that is known late, was not so, or is billed early at a threshold.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from khata.core.catalog import PriceModel
from khata.core.price_terms import PriceTerms, Tier
from tests.scenarios.funds import offers
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.usage import A_CALL, foreseen, measures, shop_of_usage, uses, voids
from tests.scenarios.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    return shop_of_usage(world)


def test_late_events_are_charged_as_the_difference_they_make(world: World, shop: Shop) -> None:
    # 10 at 5.00, beyond at 3.00: the whole month's price after and before
    tiers = PriceTerms(
        PriceModel.GRADUATED,
        tiers=(Tier(Decimal(10), Decimal(500)), Tier(None, Decimal(300))),
        meter_id=measures(shop, "jobs", "count"),
    )
    shop.sells("Jobs", at=inr("0.00"), terms=tiers)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Jobs")
    world.wait_until("2025-04-02")
    for n in range(8):
        uses(asha, "jobs", on="2025-04-01", hour=f"13:{n:02}")
    world.wait_until("2025-05-05")
    assert metered.invoices[-1].lines == [("Jobs (usage)", 4_000)]
    for n in range(5):
        uses(asha, "jobs", on="2025-04-30", hour=f"23:{n:02}")  # late: April has been billed
    # April has 13: 10 × 5.00 + 3 × 3.00 = 59.00; 40.00 were billed
    assert foreseen(metered)[0] == [("Jobs (usage, late)", 1_900), ("Jobs (usage)", 0)]
    world.wait_until("2025-06-01")
    assert metered.invoices[-1].lines == [("Jobs (usage, late)", 1_900), ("Jobs (usage)", 0)]
    [late] = shop.rows(
        "select period_start::text, basis -> 'of', basis -> 'billed' from invoice_lines"
        " where description like '%%late%%'"
    )
    assert late == ("2025-04-01", 5_900, 4_000)
    world.wait_until("2025-07-02")
    assert metered.invoices[-1].lines == [("Jobs (usage)", 0)]
    assert shop.rows("select count(*) from usage_periods where settled") == [(1,)]  # April's


def test_an_event_that_was_not_so_is_credited(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    world.wait_until("2025-04-02")
    uses(asha, "calls", 800, on="2025-04-01", hour="15:00", id="right")
    uses(asha, "calls", 400, on="2025-04-01", hour="16:00", id="wrong")
    world.wait_until("2025-05-04")
    assert metered.invoices[-1].lines == [("Base", 100_000), ("Calls (usage)", 15_000)]
    voids(asha, "wrong")
    world.wait_until("2025-06-01")
    # 400 × 0.125 = 50.00, and 9.00 of tax
    assert metered.credit_notes == [("CN/25-26/00001", 5_000, 5_900)]
    assert metered.invoices[-1].lines == [("Base", 100_000), ("Calls (usage)", 0)]
    assert metered.invoices[-1].captures == [112_100]  # 1,180.00 less the credit of 59.00
    world.wait_until("2025-07-02")
    assert len(metered.credit_notes) == 1
    assert shop.books_balance()


def test_a_credit_of_usage_is_of_what_a_coupon_left(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    offers(shop, "HALF", percent="50", lasts="forever")
    metered = asha.subscribes_to("Calls", coupons=["HALF"])
    world.wait_until("2025-04-02")
    uses(asha, "calls", 800, on="2025-04-01", hour="15:00", id="right")
    uses(asha, "calls", 400, on="2025-04-01", hour="16:00", id="wrong")
    world.wait_until("2025-05-04")
    # 150.00 less half, and 18 %
    assert metered.invoices[-1].total == inr("88.50")
    voids(asha, "wrong")
    world.wait_until("2025-06-01")
    # a third of what was billed after the coupon: 25.00, and 4.50
    assert metered.credit_notes == [("CN/25-26/00001", 2_500, 2_950)]


def test_a_minimum_of_usage_is_made_up_and_counts_for_what_comes_late(
    world: World, shop: Shop
) -> None:
    terms = replace(A_CALL, meter_id=measures(shop, "hits"), minimum_commitment=10_000)
    shop.sells("Hits", at=inr("0.00"), terms=terms)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Hits")
    world.wait_until("2025-04-02")
    uses(asha, "hits", 600, on="2025-04-01", hour="15:00")
    world.wait_until("2025-05-02")
    # 600 × 0.125 = 75.00, of at least 100.00
    assert metered.invoices[-1].lines == [("Hits (usage)", 7_500), ("Hits (to the minimum)", 2_500)]
    assert metered.now.mrr == 10_000
    uses(asha, "hits", 100, on="2025-04-30", id="a")  # 87.50: still below the minimum
    world.wait_until("2025-05-20")
    uses(asha, "hits", 200, on="2025-04-30", id="b")  # 112.50
    world.wait_until("2025-06-02")
    assert metered.invoices[-1].lines == [
        ("Hits (usage, late)", 1_250),
        ("Hits (usage)", 0),
        ("Hits (to the minimum)", 10_000),
    ]


def test_usage_that_comes_to_the_threshold_is_billed_early(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls", usage_threshold=10_000)
    world.wait_until("2025-04-10")
    uses(asha, "calls", 799, on="2025-04-09")  # 99.88
    world.wait_until("2025-04-11")
    assert len(metered.invoices) == 1
    uses(asha, "calls", 1, on="2025-04-11", hour="11:00")
    world.wait_until("2025-04-12")
    assert metered.invoices[-1].lines == [("Calls (usage)", 10_000)]
    uses(asha, "calls", 500, on="2025-04-12", hour="11:00")
    world.wait_until("2025-04-13")
    assert len(metered.invoices) == 2  # 62.50 more
    world.wait_until("2025-05-01")
    # the whole, 1,300 × 0.125 = 162.50, less what was billed early
    assert metered.invoices[-1].lines == [("Base", 100_000), ("Calls (usage)", 6_250)]
    assert (
        sum(amount for one in metered.invoices for what, amount in one.lines if "Calls" in what)
        == 16_250
    )
    assert metered.period == ("2025-05-01", "2025-06-01")
    assert shop.books_balance()


def test_what_was_billed_early_and_was_not_so_is_credited(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls", usage_threshold=10_000)
    world.wait_until("2025-04-10")
    uses(asha, "calls", 1_000, on="2025-04-09", id="wrong")
    world.wait_until("2025-04-11")
    assert metered.invoices[-1].lines == [("Calls (usage)", 12_500)]
    voids(asha, "wrong")
    uses(asha, "calls", 200, on="2025-04-09", id="right")
    world.wait_until("2025-05-01")
    # 25.00 instead of 125.00: 100.00 back, and 18.00
    assert metered.credit_notes == [("CN/25-26/00001", 10_000, 11_800)]
    assert metered.invoices[-1].lines == [("Base", 100_000)]
    assert shop.books_balance()


def test_an_amount_off_is_taken_once_a_period_whatever_is_billed_early(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha")
    offers(shop, "HUNDRED", off=inr("100.00"), lasts="forever")
    offers(shop, "TENTH", percent="10", lasts="forever")
    metered = asha.subscribes_to(
        "Base", "Calls", usage_threshold=10_000, coupons=["HUNDRED", "TENTH"]
    )
    world.wait_until("2025-04-10")
    uses(asha, "calls", 1_000, on="2025-04-09")
    world.wait_until("2025-04-12")
    # 125.00 less a tenth, 112.50, and twice 9 %, 10.125: 10.13
    assert metered.invoices[-1].total == inr("132.76")
    uses(asha, "calls", 400, on="2025-04-12", hour="11:00")
    world.wait_until("2025-05-02")
    # 900.00 and 45.00 after a tenth; of 100.00 they bear 95.24 and 4.76; twice 72.43 and 3.62
    assert metered.invoices[-1].lines == [("Base", 80_476), ("Calls (usage)", 4_024)]
    assert metered.invoices[-1].total == inr("997.10")
