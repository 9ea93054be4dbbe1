"""Changes of plans: what is credited, what is charged, and what the customer then owes.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from typing import Any

import pytest

from khata.core.plan_change import ChangeNotAllowed, Invoicing, NothingChanges
from khata.core.proration import ProrationPolicy
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1000.00"))
    shop.sells("Team", at=inr("2500.00"))
    shop.sells("Seat", at=inr("300.00"), by_the_seat=True)
    shop.sells("Annual", at=inr("10000.00"), every="year")
    world.today_is("2025-04-01")
    return shop


def test_an_upgrade_in_mid_month_credits_the_rest_and_charges_it_anew(
    world: World, shop: Shop
) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")  # 1,000.00 for April
    world.wait_until("2025-04-16")
    seen = pro.would_change_to("Team")
    assert pro.credit_notes == []  # a preview stores nothing
    pro.changes_to("Team")
    # 15 of 30 days: 500.00 and 90.00 of tax back; 1,250.00 and 225.00 charged
    assert pro.credit_notes == [("CN/25-26/00001", 50_000, 59_000)]
    made = pro.invoices[-1]
    assert made.lines == [("Team (15 of 30 days)", 125_000)]
    assert made.total == inr("1475.00")
    assert seen.decided.invoice is not None
    assert seen.decided.invoice.total == made.total.amount
    assert [note.total for note in seen.decided.notes] == [59_000]
    world.wait_until("2025-05-01")
    assert pro.invoices[-1].lines == [("Team", 250_000)]
    assert pro.period == ("2025-05-01", "2025-06-01")


def test_a_downgrade_waits_for_the_period_to_end(world: World, shop: Shop) -> None:
    team = shop.customer("Asha").subscribes_to("Team")
    world.wait_until("2025-04-16")
    change = team.changes_to("Pro")
    assert (change.status, str(change.effective_on)) == ("scheduled", "2025-05-01")
    world.wait_until("2025-05-02")
    assert [invoice.lines for invoice in team.invoices] == [[("Team", 250_000)], [("Pro", 100_000)]]
    assert team.credit_notes == []
    assert team.now.mrr == 100_000


def test_five_changes_in_a_row_never_credit_more_than_was_billed(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    for day, plan in (
        ("2025-04-06", "Team"),  # 25 of 30: credit 833.33, charge 2,083.33
        ("2025-04-11", "Pro"),  # 20 of 25 of 2,083.33: credit 1,666.66; charge 666.67
        ("2025-04-11", "Team"),  # the same day: all of 666.67 back; 20 of 30: 1,666.67
        ("2025-04-21", "Pro"),  # 10 of 20 of 1,666.67: 833.34 (833.335); charge 333.33
        ("2025-04-30", "Team"),  # 1 of 10 of 333.33: 33.33; charge 83.33
    ):
        world.wait_until(day)
        pro.changes_to(plan, when="now")
    assert [net for _, net, _ in pro.credit_notes] == [83_333, 166_666, 66_667, 83_334, 3_333]
    assert [invoice.subtotal.amount for invoice in pro.invoices] == [
        100_000, 208_333, 66_667, 166_667, 33_333, 8_333
    ]  # fmt: skip
    world.wait_until("2025-05-01")
    assert pro.invoices[-1].lines == [("Team", 250_000)]


def test_more_seats_now_and_fewer_later(world: World, shop: Shop) -> None:
    seats = shop.customer("Asha").subscribes_to("Seat", seats=[2])
    world.wait_until("2025-04-16")
    seats.changes_to("Seat", seats=[5])
    # two seats' 600.00 for 15 of 30 days back; five seats' 1,500.00 charged for them
    assert [net for _, net, _ in seats.credit_notes] == [30_000]
    assert seats.invoices[-1].lines == [("Seat (15 of 30 days)", 75_000)]
    assert seats.changes_to("Seat", seats=[1]).status == "scheduled"


def test_a_month_becomes_a_year_from_the_day_of_the_change(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-11")
    pro.changes_to("Annual", when="now")
    assert [net for _, net, _ in pro.credit_notes] == [66_667]  # 20 of 30 days
    assert pro.invoices[-1].lines == [("Annual", 1_000_000)]
    assert pro.period == ("2025-04-11", "2026-04-11")
    assert pro.now.mrr == 83_333


def test_each_policy_measures_the_rest_in_its_own_way(world: World, shop: Shop) -> None:
    wanted = {
        ProrationPolicy.BY_DAY: 50_000,
        ProrationPolicy.FIXED_30: 50_000,
        ProrationPolicy.BY_SECOND: 48_333,  # noon of the 16th: 14.5 of 30 days, 483.333…
        ProrationPolicy.NONE: None,
    }
    subscribed = {policy: shop.customer(policy.name).subscribes_to("Pro") for policy in wanted}
    world.wait_until("2025-04-16")
    for policy, net in wanted.items():
        subscribed[policy].changes_to("Team", policy=policy)
        credited = [back for _, back, _ in subscribed[policy].credit_notes]
        assert credited == ([] if net is None else [net])


def test_the_charge_may_wait_for_the_next_invoice(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-16")
    pro.changes_to("Team", invoicing=Invoicing.NEXT)
    assert len(pro.invoices) == 1
    world.wait_until("2025-05-01")
    assert pro.invoices[-1].lines == [("Team", 250_000), ("Team (15 of 30 days)", 125_000)]


def test_what_cannot_be_changed_is_refused(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    with pytest.raises(NothingChanges):
        pro.changes_to("Pro")
    pro.is_canceled(now=True)
    with pytest.raises(ChangeNotAllowed):
        pro.changes_to("Team")


def test_what_waits_for_its_first_payment_is_not_changed(shop: Shop) -> None:
    slow = shop.customer("Slow", card=None)
    pro = slow.subscribes_to("Pro", waits_for_payment=True)
    with pytest.raises(ChangeNotAllowed, match="first payment"):
        pro.changes_to("Team")
    assert len(pro.invoices) == 1


def test_a_charge_that_waits_is_let_go_when_its_days_are_not_used(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-11")
    pro.changes_to("Team", invoicing=Invoicing.NEXT)  # 20 of 30 of 2,500.00 wait: 1,666.67
    world.wait_until("2025-04-21")
    pro.changes_to("Pro", when="now")
    # nothing of Team was billed, so nothing of it is credited: only Pro's 20 of 30 days
    assert [net for _, net, _ in pro.credit_notes] == [66_667]
    assert pro.invoices[-1].lines == [("Pro (10 of 30 days)", 33_333)]
    world.wait_until("2025-05-01")
    # 1,666.67 less 10 of its 20 days, 833.335 or 833.34
    assert pro.invoices[-1].lines == [
        ("Pro", 100_000),
        ("Team (20 of 30 days), 10 of 20 days used", 83_333),
    ]


def test_an_end_with_credit_bills_what_was_used_of_a_charge_that_waits(
    world: World, shop: Shop
) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.changes_to("Team", invoicing=Invoicing.NEXT)  # on the first day: all of 2,500.00 waits
    world.wait_until("2025-04-10")
    pro.is_canceled(now=True, policy=ProrationPolicy.BY_DAY)
    # the 10th was used: 20 of 30 days are let go, 1,666.67; 833.33 and 150.00 of tax are owed, and
    # paid by what was credited of Pro: 1,180.00
    last = pro.invoices[-1]
    assert (last.lines, last.total, last.status) == (
        [("Team, 10 of 30 days used", 83_333)],
        inr("983.33"),
        "paid",
    )


def test_days_that_a_moved_anchor_took_back_are_not_taken_back_again(
    world: World, shop: Shop
) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-06")
    pro.is_anchored_on("2025-04-16")  # 15 of 30 days back: 500.00
    world.wait_until("2025-04-11")
    pro.changes_to("Team")
    # 5 of 30 days of 1,000.00 back; 5 of the 31 from 16 March of 2,500.00 charged: 403.2258
    assert [net for _, net, _ in pro.credit_notes] == [50_000, 16_667]
    assert pro.invoices[-1].lines == [("Team (5 of 31 days)", 40_323)]


@pytest.mark.parametrize(
    ("was", "seats", "asked", "now", "status"),
    [
        ("Pro", 1, "Seat", 10, "applied"),  # 1,000.00, and ten seats at 300.00 are 3,000.00
        ("Pro", 1, "Seat", 3, "scheduled"),  # three are 900.00
        ("Team", 1, "Pro", 1, "scheduled"),
        ("Seat", 4, "Seat", 5, "applied"),
        ("Seat", 4, "Seat", 3, "scheduled"),
    ],
)
def test_what_costs_more_for_the_same_quantity_begins_now(
    shop: Shop, was: str, seats: int, asked: str, now: int, status: str
) -> None:
    subscribed = shop.customer("Asha").subscribes_to(was, seats=[seats])
    assert subscribed.changes_to(asked, seats=[now]).status == status


def test_hours_used_of_a_charge_by_seconds_that_waits_are_charged(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    terms: dict[str, Any] = {"policy": ProrationPolicy.BY_SECOND, "invoicing": Invoicing.NEXT}
    world.wait_until(at("2025-04-16", "00:00"))
    pro.changes_to("Team", **terms)  # 15 of 30 days of 2,500.00 wait: 1,250.00
    world.wait_until(at("2025-04-16", "12:00"))
    pro.changes_to("Pro", when="now", **terms)
    world.wait_until("2025-05-01")
    # 1,250.00 less 14.5 of its 15 days, 1,208.33: half a day; and 14.5 of 30 days of 1,000.00
    amounts = sorted(amount for _, amount in pro.invoices[-1].lines)
    assert amounts == [4_167, 48_333, 100_000]
