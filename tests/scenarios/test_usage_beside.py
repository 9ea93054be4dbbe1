"""Usage beside pauses, changes, payers and minimums: billed once, and credited once.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from dataclasses import replace

import pytest

from khata.core.plan_change import Invoicing
from khata.core.proration import ProrationPolicy
from khata.usecases.billing.foresee_calendar import ForeseeCalendar, foresee_calendar
from khata.usecases.billing.next_invoice import next_invoice
from tests.scenarios.funds import credit_of, has_credit
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.usage import A_CALL, measures, shop_of_usage, uses, voids
from tests.scenarios.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    shop = shop_of_usage(world)
    at_least = replace(shop.plans["Calls"].prices[0].full_terms, minimum_commitment=30_000)
    shop.sells("Hits", at=inr("0.00"), terms=at_least)
    shop.sells("Jobs", at=inr("0.00"), terms=replace(A_CALL, meter_id=measures(shop, "jobs")))
    return shop


def test_what_was_billed_early_is_a_part_of_the_minimum(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Hits", usage_threshold=10_000)
    world.wait_until("2025-04-10")
    uses(asha, "calls", 1_000, on="2025-04-09", id="wrong")
    world.wait_until("2025-04-11")
    assert metered.invoices[-1].lines == [("Hits (usage)", 12_500)]
    voids(asha, "wrong")
    uses(asha, "calls", 200, on="2025-04-09", id="right")
    world.wait_until("2025-05-02")
    # 25.00 instead of 125.00, of at least 300.00: 175.00 are missing, and nothing is too much
    assert metered.invoices[-1].lines == [("Hits (to the minimum)", 17_500)]
    assert metered.credit_notes == []


def test_what_was_billed_early_is_credited_after_a_change_of_price(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls", usage_threshold=10_000)
    world.wait_until("2025-04-10")
    uses(asha, "calls", 1_000, on="2025-04-09", id="wrong")
    world.wait_until("2025-04-11")
    voids(asha, "wrong")
    uses(asha, "calls", 200, on="2025-04-09", id="right")
    world.wait_until("2025-04-12")
    metered.changes_to("Base", "Dear calls", when="now")
    world.wait_until("2025-05-02")
    # 25.00 instead of 125.00: 100.00 back, and 18.00
    assert metered.credit_notes == [("CN/25-26/00001", 10_000, 11_800)]
    world.wait_until("2025-06-02")
    assert len(metered.credit_notes) == 1


def test_a_void_while_usage_waits_for_its_invoice_is_credited_after_it(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    world.wait_until("2025-04-20")
    uses(asha, "calls", 800, on="2025-04-19", id="right")
    uses(asha, "calls", 400, on="2025-04-19", id="wrong")
    metered.changes_to("Base", "Dear calls", when="now", invoicing=Invoicing.NEXT)
    voids(asha, "wrong")
    world.wait_until("2025-05-02")
    # 1,200 × 0.125 had been decided
    assert ("Calls (usage)", 15_000) in metered.invoices[-1].lines
    world.wait_until("2025-06-02")
    # 400 × 0.125 = 50.00, and 9.00
    assert metered.credit_notes == [("CN/25-26/00001", 5_000, 5_900)]


def test_two_take_back_of_one_invoice_no_more_than_it_owes(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    asha.wants_one_invoice()
    one = asha.subscribes_to("Calls", pays_by="transfer", days_to_pay=80)
    two = asha.subscribes_to("Jobs", pays_by="transfer", days_to_pay=80)
    world.wait_until("2025-04-10")
    has_credit(asha, inr("300.00"))
    for meter in ("calls", "jobs"):
        uses(asha, meter, 1_200, on="2025-04-09", id=meter)
    world.wait_until("2025-05-02")
    # twice 1,200 × 0.125 = 150.00, and 18 %: 354.00, of which the credit leaves 54.00
    assert asha.latest_invoice.lines == [("Calls (usage)", 15_000), ("Jobs (usage)", 15_000)]
    for meter in ("calls", "jobs"):
        voids(asha, meter)
    world.wait_until("2025-06-02")
    # 177.00 each: the first takes off the 54.00, the rest is credit again
    assert sorted(shop.rows("select total, to_invoice, to_balance from credit_notes")) == [
        (17_700, 0, 17_700),
        (17_700, 5_400, 12_300),
    ]
    assert credit_of(asha) == 30_000
    assert asha.invoices[0].status == "paid"
    assert len(asha.invoices) == 2  # May's usage of both stands on one again
    assert one.invoices[-1].lines == two.invoices[-1].lines
    assert shop.books_balance()


def test_what_is_used_in_a_pause_after_a_change_is_billed_at_the_new_price(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    world.wait_until("2025-04-10")
    uses(asha, "calls", 80, on="2025-04-09")
    metered.is_paused(policy=ProrationPolicy.BY_DAY)
    world.wait_until("2025-04-15")
    metered.changes_to("Base", "Dear calls", when="now")
    world.wait_until("2025-04-18")
    uses(asha, "calls", 100, on="2025-04-17")
    world.wait_until("2025-04-20")
    metered.is_resumed()
    world.wait_until("2025-04-21")
    # 80 × 0.125, and 100 × 0.20
    assert sorted(metered.invoices[-1].lines) == [
        ("Base (11 of 30 days)", 36_667),
        ("Calls (usage)", 1_000),
        ("Dear calls (usage)", 2_000),
    ]


def test_a_change_in_a_trial_that_is_paused_measures_nothing_of_it(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", trial_days=14)
    world.wait_until("2025-04-05")
    metered.is_paused(policy=ProrationPolicy.BY_DAY)
    metered.changes_to("Base", "Calls", when="now")
    uses(asha, "calls", 800, on="2025-04-05", hour="12:00")
    world.wait_until("2025-04-08")
    metered.is_resumed()
    world.wait_until("2025-05-16")
    assert [line for one in metered.invoices for line in one.lines if "Calls" in line[0]] == [
        ("Calls (usage)", 0)
    ]


def test_days_of_a_pause_that_were_credited_have_no_minimum(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Hits")
    world.wait_until("2025-04-11")
    metered.is_paused(until="2025-04-21", policy=ProrationPolicy.BY_DAY)
    world.wait_until("2025-05-02")
    # 300.00 × 11/30 until the 11th, and × 10/30 from the 21st
    assert [
        amount
        for one in metered.invoices
        for what, amount in one.lines
        if what == "Hits (to the minimum)"
    ] == [11_000, 10_000]


def test_usage_is_credited_to_who_paid_for_it(world: World, shop: Shop) -> None:
    head, other = shop.customer("Head"), shop.customer("Other")
    branch = shop.customer("Branch", card=None)
    branch.is_paid_for_by(head)
    metered = branch.subscribes_to("Base", "Calls")
    world.wait_until("2025-04-10")
    uses(branch, "calls", 800, on="2025-04-09", id="right")
    uses(branch, "calls", 400, on="2025-04-09", id="wrong")
    world.wait_until("2025-05-02")
    branch.is_paid_for_by(other)
    voids(branch, "wrong")
    world.wait_until("2025-06-02")
    # 400 × 0.125 = 50.00, and 9.00
    assert metered.credit_notes == [("CN/25-26/00001", 5_000, 5_900)]
    assert (credit_of(head), credit_of(other), credit_of(branch)) == (5_900, 0, 0)


def test_the_calendar_knows_the_minimum_of_usage_to_come(world: World, shop: Shop) -> None:
    metered = shop.customer("Asha").subscribes_to("Base", "Hits")
    command = ForeseeCalendar(shop.tenant, world.now, subscription_id=metered.id)
    told = [(str(one.on), one.amount) for one in foresee_calendar(command, db=shop.db)][:3]
    # 1,000.00 and 300.00, and 18 %
    assert told == [("2025-05-01", 153_400), ("2025-06-01", 153_400), ("2025-07-01", 153_400)]
    world.wait_until("2025-07-02")
    assert told == [(str(one.period.start), one.total.amount) for one in metered.invoices[1:]]


def test_the_next_invoice_is_foreseen_behind_a_credit(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Calls", usage_threshold=10_000)
    world.wait_until("2025-04-11")
    uses(asha, "calls", 1_000, on="2025-04-10", id="wrong")
    world.wait_until("2025-04-12")
    voids(asha, "wrong")
    # with May 125.00 are credited, and nothing is billed; June bills what May used
    with shop.db.transaction(shop.tenant) as uow:
        coming = next_invoice(uow, metered.id, at=world.now)
    assert [(str(line.period.start), line.charge.amount) for line in coming.lines] == [
        ("2025-05-01", 0)
    ]
    world.wait_until("2025-06-02")
    assert [one.lines for one in metered.invoices] == [
        [("Calls (usage)", 12_500)],
        [("Calls (usage)", 0)],
    ]
    assert metered.credit_notes == [("CN/25-26/00001", 12_500, 14_750)]
