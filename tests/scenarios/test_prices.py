"""Prices in the lives of subscriptions: tiers, set-up, commitments, own prices and new versions.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from khata.core.catalog import PriceModel
from khata.core.ids import new_id
from khata.core.own_price import OwnPriceCurrency, OwnPriceOverlaps
from khata.core.price_terms import PriceTerms, Tier
from khata.core.proration import ProrationPolicy
from khata.usecases.billing.next_invoice import next_invoice
from khata.usecases.selling.add_own_price import AddOwnPrice, add_own_price
from khata.usecases.selling.add_price import AddPrice, add_price
from khata.usecases.selling.end_own_price import EndOwnPrice, end_own_price
from khata.usecases.selling.migrate_prices import MigratedPage, migrate_prices
from khata.usecases.selling.plan_migration import MigratePrices
from khata.usecases.selling.preview_migration import ForeseenPage, preview_migration
from tests.db.crowd import at_once
from tests.scenarios.customer import Customer
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.world import World

# 5 at 700.00, 5 more at 650.00, beyond at 600.00.
SEATS = PriceTerms(
    PriceModel.GRADUATED,
    tiers=(
        Tier(Decimal(5), Decimal(70_000)),
        Tier(Decimal(10), Decimal(65_000)),
        Tier(None, Decimal(60_000)),
    ),
)
# 300.00 a seat, 500.00 to set up, at least 1,000.00 a month.
COMMITTED = PriceTerms(
    PriceModel.PER_UNIT, Decimal(30_000), setup_fee=50_000, minimum_commitment=100_000
)


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1000.00"))
    shop.sells("Tiered", at=inr("0.00"), terms=SEATS)
    shop.sells("Committed", at=inr("300.00"), terms=COMMITTED)
    world.today_is("2025-04-01")
    return shop


def reprices(shop: Shop, plan: str, amount: int) -> None:
    """Give a plan its next version."""
    now = shop.world.now
    add = AddPrice(
        shop.tenant, new_id(now), now, shop.plans[plan].id, "INR", PriceModel.FLAT, amount
    )
    add_price(add, db=shop.db)


def migrates(shop: Shop, plan: str, **more: Any) -> MigratedPage:
    command = MigratePrices(shop.tenant, shop.plans[plan].id, shop.world.now, **more)
    return migrate_prices(command, tools=shop.world.engine.tools, db=shop.db)


def foresees(shop: Shop, plan: str, **more: Any) -> ForeseenPage:
    command = MigratePrices(shop.tenant, shop.plans[plan].id, shop.world.now, **more)
    return preview_migration(command, db=shop.db)


def agrees(customer: Customer, plan: str, amount: int, **more: Any) -> Any:
    """Agree on a flat price with one customer."""
    shop, now = customer.shop, customer.shop.world.now
    command = AddOwnPrice(
        shop.tenant,
        new_id(now),
        now,
        customer.id,
        shop.plans[plan].id,
        PriceModel.FLAT,
        amount,
        **more,
    )
    return add_own_price(command, db=shop.db)


def test_tiers_are_billed_and_count_as_recurring(world: World, shop: Shop) -> None:
    tiered = shop.customer("Asha").subscribes_to("Tiered", seats=[12])
    # 5 × 700 + 5 × 650 + 2 × 600 = 7,950.00, and 18 %
    [invoice] = tiered.invoices
    assert invoice.lines == [("Tiered", 795_000)]
    assert invoice.total == inr("9381.00")
    assert tiered.now.mrr == 795_000
    [(kind, quantity, unit_amount, priced, basis)] = shop.rows(
        "select kind, quantity, unit_amount, priced_quantity::int, basis from invoice_lines"
    )
    assert (kind, quantity, unit_amount, priced) == ("fee", 1, 795_000, 12)
    assert [step["amount"] for step in basis["steps"]] == ["350000", "325000", "120000"]
    assert shop.books_balance()


def test_more_seats_of_a_tiered_price_in_mid_month(world: World, shop: Shop) -> None:
    tiered = shop.customer("Asha").subscribes_to("Tiered", seats=[5])  # 3,500.00
    world.wait_until("2025-04-16")
    tiered.changes_to("Tiered", seats=[10])
    # 15 of 30 days: 1,750.00 back; half of 3,500 + 3,250 = 6,750.00 is 3,375.00
    assert tiered.credit_notes == [("CN/25-26/00001", 175_000, 206_500)]
    assert tiered.invoices[-1].lines == [("Tiered (15 of 30 days)", 337_500)]
    world.wait_until("2025-05-01")
    assert tiered.invoices[-1].lines == [("Tiered", 675_000)]


def test_set_up_is_charged_once(world: World, shop: Shop) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[4])
    assert committed.invoices[0].lines == [("Committed", 120_000), ("Committed (set-up)", 50_000)]
    world.wait_until("2025-05-02")
    assert committed.invoices[-1].lines == [("Committed", 120_000)]  # 1,200.00 is enough


def test_set_up_waits_for_the_end_of_a_trial(world: World, shop: Shop) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[4], trial_days=10)
    assert committed.invoices == []
    world.wait_until("2025-04-12")
    [first] = committed.invoices
    assert [name for name, _ in first.lines] == ["Committed", "Committed (set-up)"]


def test_a_plan_that_is_taken_up_later_is_set_up_then(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-16")
    pro.changes_to("Committed", seats=[4], when="now")
    assert pro.invoices[-1].lines == [
        ("Committed (15 of 30 days)", 60_000),
        ("Committed (set-up)", 50_000),
    ]


def test_a_plan_that_is_taken_up_with_the_period_is_set_up_then(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.changes_to("Committed", seats=[4], when="period_end")
    world.wait_until("2025-05-02")
    assert pro.invoices[-1].lines == [("Committed", 120_000), ("Committed (set-up)", 50_000)]


def test_what_a_month_fell_short_of_its_minimum_is_on_the_next_invoice(
    world: World, shop: Shop
) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[2])  # 600.00 of 1,000.00
    assert committed.now.mrr == 100_000  # what is sure to come
    world.wait_until("2025-05-02")
    may = committed.invoices[-1]
    assert may.lines == [("Committed", 60_000), ("Committed (to the minimum)", 40_000)]
    assert may.total == inr("1180.00")
    assert shop.books_balance()


def test_seats_that_were_added_count_towards_the_minimum(world: World, shop: Shop) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[2])
    world.wait_until("2025-04-16")
    committed.changes_to("Committed", seats=[4])
    # April gave 600 − 300 + 600 = 900.00
    world.wait_until("2025-05-02")
    assert committed.invoices[-1].lines == [
        ("Committed", 120_000),
        ("Committed (to the minimum)", 10_000),
    ]


def test_the_end_bills_what_is_missing_to_the_minimum(world: World, shop: Shop) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[2])
    committed.is_canceled()
    world.wait_until("2025-05-02")
    assert committed.status == "canceled"
    assert committed.invoices[-1].lines == [("Committed (to the minimum)", 40_000)]
    assert committed.invoices[-1].status == "paid"
    assert len(committed.invoices) == 2


def test_an_end_with_credit_owes_the_days_share_of_the_minimum(world: World, shop: Shop) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[2])
    world.wait_until("2025-04-15")
    committed.is_canceled(now=True, policy=ProrationPolicy.BY_DAY)
    # 15 of 30 days: 300.00 back; of the minimum 500.00, of which 300.00 were paid
    assert committed.credit_notes == [("CN/25-26/00001", 30_000, 35_400)]
    assert committed.invoices[-1].lines == [("Committed (to the minimum)", 20_000)]
    assert shop.books_balance()


def test_who_leaves_a_plan_owes_its_minimum_until_then(world: World, shop: Shop) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[2])
    world.wait_until("2025-04-16")
    committed.changes_to("Pro", when="now")
    # 15 of 30 days each: 1,000.00 costs 500.00; of the minimum 500.00, of which 300.00 were paid
    assert committed.invoices[-1].lines == [
        ("Pro (15 of 30 days)", 50_000),
        ("Committed (to the minimum)", 20_000),
    ]


def test_who_leaves_a_plan_with_the_period_owes_the_whole_minimum(world: World, shop: Shop) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[2])
    committed.changes_to("Pro", when="period_end")
    world.wait_until("2025-05-02")
    assert committed.invoices[-1].lines == [
        ("Pro", 100_000),
        ("Committed (to the minimum)", 40_000),
    ]


def test_a_short_first_period_owes_a_share_of_the_minimum(world: World, shop: Shop) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[2], anchor="2025-04-16")
    # 1 to 15 April are 15 of 31 days (16 March to 15 April): 290.32 of 600.00 (290.3225…)
    assert committed.invoices[0].lines[0] == ("Committed (15 of 31 days)", 29_032)
    world.wait_until("2025-04-17")
    # 483.87 of 1,000.00 (483.8709…), less 290.32
    assert committed.invoices[1].lines == [
        ("Committed", 60_000),
        ("Committed (to the minimum)", 19_355),
    ]


def test_a_new_version_is_for_those_who_begin(world: World, shop: Shop) -> None:
    old = shop.customer("Asha").subscribes_to("Pro")
    reprices(shop, "Pro", 120_000)
    new = shop.customer("Ravi").subscribes_to("Pro")
    world.wait_until("2025-05-02")
    assert [one.invoices[-1].lines for one in (old, new)] == [
        [("Pro", 100_000)],
        [("Pro", 120_000)],
    ]


def test_a_migration_is_foreseen_scheduled_and_made_with_the_period(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha").subscribes_to("Pro")
    ravi = shop.customer("Ravi").subscribes_to("Pro", "Tiered", seats=[1, 5])
    reprices(shop, "Pro", 120_000)
    world.wait_until("2025-04-10")
    seen = foresees(shop, "Pro")
    assert [
        (one.subscription_id, one.old_amount, one.new_amount, one.mrr_change)
        for one in seen.subscriptions
    ] == [(asha.id, 100_000, 120_000, 20_000), (ravi.id, 100_000, 120_000, 20_000)]
    assert shop.rows("select count(*) from scheduled_changes") == [(0,)]
    done = migrates(shop, "Pro", limit=1)
    assert [one.subscription_id for one in done.subscriptions] == [asha.id]
    assert done.has_more
    [rest] = migrates(shop, "Pro").subscriptions
    assert rest.change is not None
    assert (rest.subscription_id, rest.change.status) == (ravi.id, "scheduled")
    assert migrates(shop, "Pro") == MigratedPage((), False)  # twice is once
    world.wait_until("2025-05-02")
    assert asha.invoices[-1].lines == [("Pro", 120_000)]
    assert ravi.invoices[-1].lines == [("Pro", 120_000), ("Tiered", 350_000)]
    assert asha.now.mrr == 120_000
    assert migrates(shop, "Pro") == MigratedPage((), False)


def test_a_migration_at_once_credits_and_charges_the_rest(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha").subscribes_to("Pro")
    reprices(shop, "Pro", 120_000)
    world.wait_until("2025-04-16")
    [one] = migrates(shop, "Pro", when="now").subscriptions
    assert one.change is not None
    assert one.change.status == "applied"
    assert asha.credit_notes == [("CN/25-26/00001", 50_000, 59_000)]
    assert asha.invoices[-1].lines == [("Pro (15 of 30 days)", 60_000)]


def test_back_to_an_older_version(world: World, shop: Shop) -> None:
    reprices(shop, "Pro", 120_000)
    asha = shop.customer("Asha").subscribes_to("Pro")
    [one] = migrates(shop, "Pro", version=1).subscriptions
    assert one.refusal is None
    world.wait_until("2025-05-02")
    assert asha.invoices[-1].lines == [("Pro", 100_000)]


def test_a_price_of_ones_own_stands_before_the_plans(world: World, shop: Shop) -> None:
    asha, ravi = shop.customer("Asha"), shop.customer("Ravi")
    own = agrees(asha, "Pro", 80_000)
    theirs = asha.subscribes_to("Pro")
    assert theirs.invoices[0].lines == [("Pro", 80_000)]
    assert ravi.subscribes_to("Pro").invoices[0].lines == [("Pro", 100_000)]
    reprices(shop, "Pro", 120_000)
    assert len(migrates(shop, "Pro").subscriptions) == 1  # Ravi's; what was agreed stays
    end_own_price(EndOwnPrice(shop.tenant, own.id, world.now), db=shop.db)
    assert asha.subscribes_to("Pro").invoices[0].lines == [("Pro", 120_000)]
    world.wait_until("2025-05-02")
    assert theirs.invoices[-1].lines == [("Pro", 80_000)]  # running ones keep it


def test_a_price_of_ones_own_from_a_day_on(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    agrees(asha, "Pro", 80_000, valid_from=date(2025, 4, 10), valid_until=date(2025, 4, 20))
    assert asha.subscribes_to("Pro").invoices[0].lines == [("Pro", 100_000)]
    world.wait_until("2025-04-10")
    assert asha.subscribes_to("Pro").invoices[0].lines == [("Pro", 80_000)]
    world.wait_until("2025-04-20")
    assert asha.subscribes_to("Pro").invoices[0].lines == [("Pro", 100_000)]


def test_a_change_to_the_plan_takes_the_price_of_ones_own(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    tiered = asha.subscribes_to("Tiered", seats=[5])
    agrees(asha, "Pro", 80_000)
    tiered.changes_to("Pro", when="period_end")
    world.wait_until("2025-05-02")
    assert tiered.invoices[-1].lines == [("Pro", 80_000)]


def test_two_own_prices_on_one_day_are_refused(shop: Shop) -> None:
    asha = shop.customer("Asha")
    agrees(asha, "Pro", 80_000, valid_until=date(2025, 5, 1))
    with pytest.raises(OwnPriceOverlaps):
        agrees(asha, "Pro", 70_000)
    agrees(asha, "Pro", 70_000, valid_from=date(2025, 5, 1))
    with pytest.raises(OwnPriceCurrency):
        agrees(asha, "Tiered", 70_000, currency="USD")


def test_the_preview_of_the_next_invoice_has_what_a_change_will_leave_for_it(
    world: World, shop: Shop
) -> None:
    committed = shop.customer("Asha").subscribes_to("Committed", seats=[2])
    committed.changes_to("Pro", when="period_end")
    with shop.db.transaction(shop.tenant) as uow:
        seen = next_invoice(uow, committed.id, at=world.now)
    world.wait_until("2025-05-02")
    made = committed.invoices[-1]
    assert [(line.description, line.amount) for line in seen.lines] == made.lines
    assert made.lines[1] == ("Committed (to the minimum)", 40_000)


def test_migrations_at_once_change_each_subscription_once(world: World, shop: Shop) -> None:
    """Four ask at the same moment: one changes each subscription, and the others are told."""
    running = [shop.customer(f"C {n}").subscribes_to("Pro") for n in range(6)]
    reprices(shop, "Pro", 120_000)
    world.wait_until("2025-04-16")
    pages = at_once([lambda: migrates(shop, "Pro", when="now")] * 4)
    told = [one for page in pages for one in page.subscriptions]
    codes = {one.refusal.code for one in told if one.refusal is not None}
    assert codes <= {"change_under_way", "nothing_changes"}
    assert [one.change is not None for one in told].count(True) == len(running)
    for one in running:
        assert [net for _, net, _ in one.credit_notes] == [50_000]
        assert one.invoices[-1].lines == [("Pro (15 of 30 days)", 60_000)]
    assert shop.books_balance()
