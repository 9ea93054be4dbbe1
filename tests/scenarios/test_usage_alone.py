"""Usage that no renewal bills: at the end of a subscription, after it, and late in a long period.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from dataclasses import replace

import pytest

from khata.usecases.subscriptions.change_subscription import (
    ChangeSubscription,
    SubscriptionChanges,
    change_subscription,
)
from tests.scenarios.funds import credit_of, has_credit, offers
from tests.scenarios.money import inr
from tests.scenarios.usage import A_CALL, foreseen, measures, shop_of_usage, uses, voids
from tests.scenarios.world import World, at


@pytest.mark.parametrize(("writes_off", "status"), [(False, "open"), (True, "uncollectible")])
def test_what_was_used_until_dunning_ended_it_is_billed(
    world: World, writes_off: bool, status: str
) -> None:
    shop = shop_of_usage(world, after_last_retry="canceled", write_off_when_given_up=writes_off)
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    metered = ravi.subscribes_to("Base", "Calls")
    world.wait_until("2025-05-11")
    uses(ravi, "calls", 800, on="2025-05-10")
    world.wait_until("2025-05-20")
    # declined on 1 May and 1, 2, 4 and 8 days after: the 2nd, the 4th, the 8th and the 16th
    assert metered.history[-1] == ("canceled", "2025-05-15", "payment given up")  # midnight in IST
    _, may, last = metered.invoices
    assert may.lines == [("Base", 100_000), ("Calls (usage)", 0)]
    # 800 × 0.125 = 100.00, and 18.00
    assert (last.lines, last.total) == ([("Calls (usage)", 10_000)], inr("118.00"))
    assert last.attempts == [("2025-05-16", "failed")]  # once, as after any other end
    assert [may.status, last.status] == [status, status]
    owed = inr("0.00") if writes_off else inr("1298.00")
    assert shop.balance("receivable") == owed
    assert ravi.inbox.kinds.count("payment_given_up") == 2
    world.wait_until("2025-09-01")
    assert len(metered.invoices) == 3
    assert shop.books_balance()


def test_what_waited_is_on_the_last_invoice_and_a_new_card_pays_it_by_hand(world: World) -> None:
    shop = shop_of_usage(world, after_last_retry="canceled")
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    metered = ravi.subscribes_to("Base", "Calls")
    world.wait_until("2025-05-11")
    uses(ravi, "calls", 80, on="2025-05-10")
    world.wait_until("2025-05-20")
    last = metered.invoices[-1]
    assert (last.lines, last.status) == ([("Calls (usage)", 1_000)], "open")
    ravi.card.will_be_accepted()
    assert ravi.pays(last) == "succeeded"
    assert metered.status == "canceled"
    assert metered.invoices[-1].status == "paid"


def test_what_is_known_after_an_end_is_billed_once_when_nothing_more_can_come(
    world: World,
) -> None:
    shop = shop_of_usage(world)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    world.wait_until("2025-04-10")
    uses(asha, "calls", 800, on="2025-04-09")
    metered.is_canceled(now=True)
    assert metered.invoices[-1].lines == [("Calls (usage)", 10_000)]
    world.wait_until("2025-04-20")
    uses(asha, "calls", 80, on="2025-04-10", hour="11:59")  # until noon of the 10th
    uses(asha, "calls", 4_000, on="2025-04-10", hour="12:01")  # after the end: nobody's
    world.wait_until("2025-05-10")
    uses(asha, "calls", 8, on="2025-04-09", id="later")
    world.wait_until(at("2025-05-16", "11:59"))
    assert len(metered.invoices) == 2  # 36 days from noon of 10 April are not over
    world.wait_until("2025-05-16")
    late = metered.invoices[-1]
    # 88 × 0.125 = 11.00; twice 0.99
    assert (late.lines, late.total) == ([("Calls (usage, late)", 1_100)], inr("12.98"))
    assert (late.status, late.captures) == ("paid", [1_298])
    world.wait_until("2025-12-01")
    assert (len(metered.invoices), metered.status) == (3, "canceled")
    assert shop.rows("select count(*) from usage_periods where not settled") == [(0,)]
    assert shop.books_balance()


def test_what_was_not_so_is_credited_after_an_end_with_the_period(world: World) -> None:
    shop = shop_of_usage(world)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    metered.is_canceled()
    world.wait_until("2025-04-20")
    uses(asha, "calls", 800, on="2025-04-19", id="right")
    uses(asha, "calls", 400, on="2025-04-19", id="wrong")
    world.wait_until("2025-05-02")
    assert metered.invoices[-1].lines == [("Calls (usage)", 15_000)]
    voids(asha, "wrong")
    world.wait_until("2025-06-05")
    assert metered.credit_notes == []
    world.wait_until("2025-06-06")
    # 400 × 0.125 = 50.00, and 9.00
    assert metered.credit_notes == [("CN/25-26/00001", 5_000, 5_900)]
    assert len(metered.invoices) == 2


def test_where_nothing_came_late_nothing_follows_an_end(world: World) -> None:
    shop = shop_of_usage(world)
    asha = shop.customer("Asha")
    offers(shop, "HALF", percent="50", lasts="forever")
    offers(shop, "TEN", off=inr("10.00"), lasts="forever")
    plain = asha.subscribes_to("Calls")
    lowered = asha.subscribes_to("Calls", coupons=["HALF", "TEN"])
    world.wait_until("2025-04-10")
    uses(asha, "calls", 800, on="2025-04-09")
    for one in (plain, lowered):
        one.is_canceled(now=True)
    # 100.00; and half of it less 10.00; with 18 %
    assert [one.invoices[-1].total for one in (plain, lowered)] == [inr("118.00"), inr("47.20")]
    world.wait_until("2025-06-10")
    assert [len(one.invoices) for one in (plain, lowered)] == [1, 1]


def test_a_percentage_lowers_what_comes_after_the_end_and_an_amount_does_not(
    world: World,
) -> None:
    shop = shop_of_usage(world)
    asha = shop.customer("Asha")
    offers(shop, "HALF", percent="50", lasts="forever")
    offers(shop, "TEN", off=inr("10.00"), lasts="forever")
    metered = asha.subscribes_to("Calls", coupons=["HALF", "TEN"])
    world.wait_until("2025-04-10")
    uses(asha, "calls", 800, on="2025-04-09")
    metered.is_canceled(now=True)
    uses(asha, "calls", 160, on="2025-04-08", id="late")
    world.wait_until("2025-06-10")
    # 160 × 0.125 = 20.00, half of it, and 1.80
    assert metered.invoices[-1].total == inr("11.80")


def test_what_is_refused_after_an_end_is_asked_again_until_it_is_mended(world: World) -> None:
    shop = shop_of_usage(world)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Calls")
    world.wait_until("2025-04-10")
    metered.is_canceled(now=True)
    uses(asha, "calls", 80, on="2025-04-09")
    shop.rows("update customers set state = null where id = %(id)s returning 1", id=asha.id)
    world.wait_until("2025-05-20")
    assert [one.lines for one in metered.invoices] == [[("Calls (usage)", 0)]]
    asha.moves_to("KA")
    world.wait_until("2025-05-22")
    assert metered.invoices[-1].lines == [("Calls (usage, late)", 1_000)]


def test_two_that_ended_take_back_of_one_invoice_no_more_than_it_owes(world: World) -> None:
    shop = shop_of_usage(world)
    shop.sells("Jobs", at=inr("0.00"), terms=replace(A_CALL, meter_id=measures(shop, "jobs")))
    asha = shop.customer("Asha")
    asha.wants_one_invoice()
    both = [
        asha.subscribes_to(plan, pays_by="transfer", days_to_pay=80) for plan in ("Calls", "Jobs")
    ]
    world.wait_until("2025-04-10")
    has_credit(asha, inr("300.00"))
    for meter in ("calls", "jobs"):
        uses(asha, meter, 1_200, on="2025-04-09", id=meter)
    world.wait_until("2025-05-02")
    for one in both:
        one.is_canceled(now=True)
    for meter in ("calls", "jobs"):
        voids(asha, meter)
    # twice 1,200 × 0.125 = 150.00, and 18 %: 354.00, of which the credit left 54.00
    assert asha.invoices[0].total == inr("354.00")
    world.wait_until("2025-06-08")
    # 177.00 each: the first takes off the 54.00, the rest is credit again
    assert sorted(shop.rows("select total, to_invoice, to_balance from credit_notes")) == [
        (17_700, 0, 17_700),
        (17_700, 5_400, 12_300),
    ]
    assert credit_of(asha) == 30_000
    assert shop.books_balance()


def test_what_is_known_late_of_a_year_does_not_wait_for_the_next(world: World) -> None:
    shop = shop_of_usage(world)
    by_meter = shop.plans["Calls"].prices[0].full_terms
    shop.sells("Yearly", at=inr("0.00"), every="year", terms=by_meter)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Yearly")
    world.wait_until("2026-03-31")
    uses(asha, "calls", 800, on="2026-03-30")
    world.wait_until("2026-04-02")
    assert metered.invoices[-1].lines == [("Yearly (usage)", 10_000)]
    uses(asha, "calls", 80, on="2026-03-31")  # of the year that is billed
    uses(asha, "calls", 16, on="2026-04-02", hour="11:00")
    # the next year's bill has what that year uses, 16 × 0.125
    assert foreseen(metered)[0] == [("Yearly (usage)", 200)]
    world.wait_until("2026-05-06")
    assert len(metered.invoices) == 1
    world.wait_until("2026-05-07")
    # 36 days after the edge: 80 × 0.125 = 10.00, and 1.80
    late = metered.invoices[-1]
    assert (late.lines, late.total) == ([("Yearly (usage, late)", 1_000)], inr("11.80"))
    assert (late.status, metered.status) == ("paid", "active")
    world.wait_until("2027-04-02")
    assert [one.lines for one in metered.invoices][2:] == [[("Yearly (usage)", 200)]]


def test_a_threshold_that_is_set_meanwhile_is_looked_at_all_the_same(world: World) -> None:
    shop = shop_of_usage(world)
    by_meter = shop.plans["Calls"].prices[0].full_terms
    shop.sells("Yearly", at=inr("0.00"), every="year", terms=by_meter)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Yearly")
    world.wait_until("2026-04-03")
    uses(asha, "calls", 800, on="2026-04-02")
    change = ChangeSubscription(
        shop.tenant, metered.id, world.now, SubscriptionChanges(usage_threshold=10_000)
    )
    change_subscription(change, db=shop.db)
    world.wait_until("2026-04-04")
    assert metered.invoices[-1].lines == [("Yearly (usage)", 10_000)]


def test_a_pause_has_no_invoice_of_what_is_known_late(world: World) -> None:
    shop = shop_of_usage(world)
    by_meter = shop.plans["Calls"].prices[0].full_terms
    shop.sells("Yearly", at=inr("0.00"), every="year", terms=by_meter)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Yearly")
    world.wait_until("2026-04-03")
    metered.is_paused(until="2026-06-01")
    uses(asha, "calls", 80, on="2026-03-31")
    world.wait_until("2026-05-31")
    assert [one.lines for one in metered.invoices] == [[("Yearly (usage)", 0)]]
    world.wait_until("2026-06-02")
    # with the pause's end: 80 × 0.125, and nothing of the new year
    assert metered.invoices[-1].lines == [("Yearly (usage, late)", 1_000), ("Yearly (usage)", 0)]
