"""Coupons: what they take off invoices, how long they last, and who is refused."""

from datetime import date

import pytest

from khata.core.coupon import (
    CouponArchived,
    CouponCurrencyDiffers,
    CouponExhausted,
    CouponExpired,
    CouponNotApplicable,
    CouponUsedByCustomer,
)
from khata.core.refusal import NotFound, Refusal
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.coupons.archive_coupon import ArchiveCoupon, archive_coupon
from khata.usecases.coupons.create_coupon import CouponCodeTaken
from khata.usecases.coupons.redeem_codes import CouponAlreadyApplied
from khata.usecases.coupons.remove_discount import DiscountEnded
from tests.scenarios.funds import gives_up, offers, redeems
from tests.scenarios.money import usd
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"))
    shop.sells("Add-on", at=inr("500.00"))
    world.today_is("2025-01-31")
    return shop


def discounts(shop: Shop) -> list[tuple[str, int, int]]:
    """Each coupon on each line of each invoice: name, before tax, off the price."""
    return [
        (name, amount, off)
        for name, amount, off in shop.rows(
            "select name, amount, off_price from line_discounts"
            " order by invoice_id, line_position, position"
        )
    ]


def totals(shop: Shop) -> list[tuple[int, int, int, int]]:
    """Subtotal, discount, tax and total of each invoice, the oldest first."""
    return [
        (subtotal, discount, tax, total)
        for subtotal, discount, tax, total in shop.rows(
            "select subtotal, discount, tax, total from invoices order by id"
        )
    ]


def test_once_is_for_the_first_invoice(shop: Shop, world: World) -> None:
    offers(shop, "TEA25", percent="25")
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro", coupons=["tea25"])
    world.wait_until("2025-03-01")
    # 1,000 − 250 = 750; 9 % of 750 is 67.50, twice; then the price.
    assert totals(shop) == [(100_000, 25_000, 13_500, 88_500), (100_000, 0, 18_000, 118_000)]
    assert discounts(shop) == [("TEA25", 25_000, 25_000)]
    assert asha.invoices[0].captures == [88_500]
    assert asha.invoices[0].entries == [
        ("invoice_issued", "receivable", "deferred_revenue", 75_000),
        ("invoice_issued", "receivable", "cgst_payable", 6_750),
        ("invoice_issued", "receivable", "sgst_payable", 6_750),
    ]
    assert shop.books_balance()


def test_once_waits_for_an_invoice_with_an_amount(shop: Shop, world: World) -> None:
    """The trial has no invoice, so the first paid period is the one."""
    offers(shop, "HALF", percent="50")
    shop.customer("Asha").subscribes_to("Pro", trial_days=14, coupons=["HALF"])
    world.wait_until("2025-03-15")
    assert totals(shop) == [(100_000, 50_000, 9_000, 59_000), (100_000, 0, 18_000, 118_000)]


def test_three_months_are_three_invoices(shop: Shop, world: World) -> None:
    """Begun on 31 January: 31 January, 28 February and 31 March; the coupon lapses on 30 April."""
    offers(shop, "Q1", percent="10", lasts="3 months")
    shop.customer("Asha").subscribes_to("Pro", coupons=["Q1"])
    world.wait_until("2025-06-01")
    assert [discount for _, discount, _, _ in totals(shop)] == [10_000, 10_000, 10_000, 0, 0]
    assert shop.rows("select ended_by, uses_left from discounts") == [("lapsed", None)]


def test_two_cycles_are_two_invoices(shop: Shop, world: World) -> None:
    offers(shop, "TWO", off=inr("100.00"), lasts="2 cycles")
    shop.customer("Asha").subscribes_to("Pro", coupons=["TWO"])
    world.wait_until("2025-05-01")
    assert [discount for _, discount, _, _ in totals(shop)] == [10_000, 10_000, 0, 0]
    assert shop.rows("select ended_by, uses_left from discounts") == [("used", 0)]


def test_forever_is_until_it_is_taken_away(shop: Shop, world: World) -> None:
    offers(shop, "LOYAL", percent="20", lasts="forever")
    pro = shop.customer("Asha").subscribes_to("Pro")
    discount = redeems(pro, "LOYAL")
    world.wait_until("2025-04-01")
    gives_up(shop, discount)
    world.wait_until("2025-05-01")
    assert [discount for _, discount, _, _ in totals(shop)] == [0, 20_000, 20_000, 0]
    with pytest.raises(DiscountEnded):
        gives_up(shop, discount)


def test_what_recurs_is_not_counted_as_mrr(shop: Shop, world: World) -> None:
    """20 % for ever of 1,000.00 leaves 800.00 a month; what comes off once changes nothing."""
    offers(shop, "LOYAL", percent="20", lasts="forever")
    offers(shop, "ONCE", percent="50")
    pro = shop.customer("Asha").subscribes_to("Pro", coupons=["LOYAL", "ONCE"])
    assert pro.now.mrr == 80_000


def test_an_amount_is_spread_over_the_lines(shop: Shop) -> None:
    """100.00 over 1,000.00 and 500.00: 66.67 and 33.33; tax of 933.33 is 84.00, of 466.67 42.00."""
    offers(shop, "HUNDRED", off=inr("100.00"))
    shop.customer("Asha").subscribes_to("Pro", "Add-on", coupons=["HUNDRED"])
    assert discounts(shop) == [("HUNDRED", 6_667, 6_667), ("HUNDRED", 3_333, 3_333)]
    assert totals(shop) == [(150_000, 10_000, 25_200, 165_200)]


def test_coupons_are_stacked_in_their_order(shop: Shop) -> None:
    """Line 50 % of the add-on: 250. Then 10 % of 1,000 and of 250: 100 and 25. Then 25 of 1,125."""
    offers(shop, "AMOUNT", off=inr("25.00"))
    offers(shop, "PERCENT", percent="10")
    offers(shop, "LINE", percent="50", scope="line", plans=("Add-on",))
    shop.customer("Asha").subscribes_to("Pro", "Add-on", coupons=["AMOUNT", "PERCENT", "LINE"])
    assert discounts(shop) == [
        ("PERCENT", 10_000, 10_000),
        ("AMOUNT", 2_000, 2_000),  # 25.00 × 900 / 1,125
        ("LINE", 25_000, 25_000),
        ("PERCENT", 2_500, 2_500),
        ("AMOUNT", 500, 500),  # 25.00 × 225 / 1,125
    ]


def test_an_inclusive_price_is_lowered_with_its_tax(shop: Shop) -> None:
    """10 % of 1,180.00 with tax is 118.00 off the price, of which 100.00 is before tax."""
    shop.sells("Inside", at=inr("1,180.00"), tax_inside=True)
    offers(shop, "TEN", percent="10")
    shop.customer("Asha").subscribes_to("Inside", coupons=["TEN"])
    assert totals(shop) == [(100_000, 10_000, 16_200, 106_200)]
    assert discounts(shop) == [("TEN", 10_000, 11_800)]
    assert shop.books_balance()


def test_a_hundred_percent_is_paid_without_a_payment(shop: Shop) -> None:
    offers(shop, "FREE", percent="100")
    asha = shop.customer("Asha")
    pro = asha.subscribes_to("Pro", coupons=["FREE"])
    assert (pro.status, asha.latest_invoice.status) == ("active", "paid")
    assert totals(shop) == [(100_000, 100_000, 0, 0)]
    assert asha.latest_invoice.attempts == []


def test_a_minimum_that_is_missed_costs_no_use(shop: Shop, world: World) -> None:
    offers(shop, "BIG", off=inr("200.00"), minimum=inr("1,200.00"))
    pro = shop.customer("Asha").subscribes_to("Pro", coupons=["BIG"])
    assert totals(shop)[0] == (100_000, 0, 18_000, 118_000)
    pro.changes_to("Pro", "Add-on", when="period_end")
    world.wait_until("2025-03-01")
    assert totals(shop)[-1] == (150_000, 20_000, 23_400, 153_400)


def test_a_customers_coupon_lowers_all_its_subscriptions(shop: Shop, world: World) -> None:
    offers(shop, "ALL", percent="10", lasts="forever")
    asha = shop.customer("Asha")
    redeems(asha, "ALL")
    asha.subscribes_to("Pro")
    asha.subscribes_to("Add-on")
    shop.customer("Ravi").subscribes_to("Pro")
    assert [discount for _, discount, _, _ in totals(shop)] == [10_000, 5_000, 0]


def test_a_customers_one_use_is_used_by_one_of_two_due_together(shop: Shop, world: World) -> None:
    offers(shop, "ONE", percent="10")
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    asha.subscribes_to("Add-on")
    redeems(asha, "ONE")
    world.wait_until("2025-03-01")
    assert [discount for _, discount, _, _ in totals(shop)] == [0, 0, 10_000, 0]


def test_a_preview_is_what_the_invoice_becomes(shop: Shop, world: World) -> None:
    offers(shop, "TWO", percent="10", lasts="2 cycles")
    pro = shop.customer("Asha").subscribes_to("Pro", coupons=["TWO"])
    for expected in (10_000, 0):
        command = PreviewInvoice(shop.tenant, pro.id, world.now)
        preview = preview_invoice(command, db=shop.db)
        world.wait_until(str(pro.now.period.end) if pro.now.period else "")
        assert (preview.subtotal, preview.discount, preview.tax, preview.total) == totals(shop)[-1]
        assert preview.discount == expected


def test_a_change_takes_what_recurs_and_leaves_what_is_once(shop: Shop, world: World) -> None:
    """On 15 February 14 of 28 days are left: what was added costs its half, less 10 %."""
    offers(shop, "LOYAL", percent="10", lasts="forever")
    offers(shop, "ONCE", percent="50")
    pro = shop.customer("Asha").subscribes_to("Pro", starts="2025-02-01", trial_days=0)
    world.wait_until("2025-02-15")
    redeems(pro, "LOYAL")
    redeems(pro, "ONCE")
    pro.changes_to("Pro", "Add-on", when="now")
    # 14 of 28 days of 500.00 are 250.00, less 25.00.
    assert totals(shop)[-1][:2] == (25_000, 2_500)
    world.wait_until("2025-03-02")
    # Then 10 % of 1,500 (older): 150; then 50 % of 1,350: 675.
    assert totals(shop)[-1][:2] == (150_000, 82_500)


@pytest.mark.parametrize(
    ("refusal", "terms"),
    [
        (CouponExpired, {"percent": "10", "until": "2025-01-30"}),
        (CouponCurrencyDiffers, {"off": usd("10.00")}),
        (CouponNotApplicable, {"percent": "10", "plans": ("Add-on",)}),
    ],
)
def test_who_may_not_redeem_is_told_why(
    shop: Shop, refusal: type[Refusal], terms: dict[str, object]
) -> None:
    offers(shop, "NO", **terms)  # type: ignore[arg-type]
    asha = shop.customer("Asha")
    with pytest.raises(refusal) as told:
        asha.subscribes_to("Pro", coupons=["NO"])
    assert told.value.param == "coupons.0"
    assert shop.rows("select 1 from subscriptions") == []
    assert shop.rows("select 1 from discounts") == []


def test_the_last_day_is_a_day_on_which_it_may_be_redeemed(shop: Shop) -> None:
    offers(shop, "TODAY", percent="10", until="2025-01-31")
    shop.customer("Asha").subscribes_to("Pro", coupons=["TODAY"])
    assert totals(shop)[0][1] == 10_000


def test_limits_are_told_apart(shop: Shop, world: World) -> None:
    coupon = offers(shop, "TWICE", percent="10", most=2, each=1)
    asha, ravi, meera = (shop.customer(name) for name in ("Asha", "Ravi", "Meera"))
    asha.subscribes_to("Pro", coupons=["TWICE"])
    with pytest.raises(CouponUsedByCustomer):
        asha.subscribes_to("Pro", coupons=["TWICE"])
    ravi.subscribes_to("Pro", coupons=["TWICE"])
    with pytest.raises(CouponExhausted):
        meera.subscribes_to("Pro", coupons=["TWICE"])
    archive_coupon(ArchiveCoupon(shop.tenant, coupon, world.now), db=shop.db)
    with pytest.raises(CouponArchived):
        meera.subscribes_to("Pro", coupons=["TWICE"])


def test_a_code_is_applied_once_and_made_once(shop: Shop) -> None:
    offers(shop, "TEA", percent="10", lasts="forever")
    with pytest.raises(CouponCodeTaken):
        offers(shop, "tea", percent="20")
    asha = shop.customer("Asha")
    with pytest.raises(CouponAlreadyApplied):
        asha.subscribes_to("Pro", coupons=["TEA", "tea"])
    pro = asha.subscribes_to("Pro", coupons=["TEA"])
    with pytest.raises(CouponAlreadyApplied):
        redeems(pro, "TEA")
    with pytest.raises(NotFound):
        redeems(pro, "COFFEE")


def test_months_are_counted_from_the_first_day_that_is_paid_for(shop: Shop, world: World) -> None:
    offers(shop, "ONE", percent="10", lasts="1 months")
    shop.customer("Asha").subscribes_to("Pro", trial_days=30, coupons=["ONE"])
    [(begins, ends)] = shop.rows("select from_on, until_on from discounts")
    assert (begins, ends) == (date(2025, 3, 2), date(2025, 4, 2))
