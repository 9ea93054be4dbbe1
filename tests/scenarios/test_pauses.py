"""Stories of subscriptions that are paused, resumed, or counted from another day.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from datetime import date, timedelta

import pytest

from khata.core.anchoring import AnchorNotMovable
from khata.core.policies import PauseCredit
from khata.core.proration import ProrationPolicy
from khata.core.terms_of_contract import Alignment
from khata.core.waiting import ChangeNotScheduled
from khata.usecases.subscriptions.lock_subscription import ChangeUnderWay
from khata.usecases.subscriptions.move_anchor import AnchorOutOfRange
from khata.usecases.subscriptions.pause_subscription import (
    NotPausable,
    PauseOutsidePeriod,
)
from khata.usecases.subscriptions.resume_subscription import (
    NotPaused,
)
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"), trial_days=14)
    shop.sells("Plain", at=inr("1,000.00"))
    shop.sells("Annual", at=inr("12,000.00"), every="year")
    shop.sells("Weekly", at=inr("100.00"), every="week")
    return shop


def test_a_pause_credits_its_days_and_resuming_charges_the_rest(world: World, shop: Shop) -> None:
    world.today_is("2025-04-01")
    plain = shop.customer("Asha").subscribes_to("Plain")
    world.wait_until("2025-04-10")
    plain.is_paused()
    # the 10th was used: 20 of 30 days of 1,000.00 back, with 18 % of it
    assert [(net, total) for _, net, total in plain.credit_notes] == [(66_667, 78_667)]
    assert (plain.status, plain.now.mrr) == ("paused", 0)
    assert plain.period == ("2025-04-01", "2025-04-11")
    world.wait_until("2025-07-16")
    assert len(plain.invoices) == 1
    plain.is_resumed()
    # 16 of July's 31 days are left: 516.129
    assert plain.invoices[-1].lines == [("Plain (16 of 31 days)", 51_613)]
    assert (plain.status, plain.now.mrr) == ("active", 100_000)
    world.wait_until("2025-08-01")
    assert plain.starts == ["2025-04-01", "2025-07-16", "2025-08-01"]
    assert plain.states == ["incomplete", "active", "paused", "active"]


def test_a_pause_until_a_day_ends_by_itself(world: World, shop: Shop) -> None:
    world.today_is("2025-01-31")
    plain = shop.customer("Asha").subscribes_to("Plain")
    plain.is_paused("2025-02-10", until="2025-03-15")
    assert plain.status == "active"
    world.wait_until(at("2025-02-09", "23:59"))
    assert plain.status == "active"
    world.wait_until(at("2025-02-10", "00:00"))
    assert plain.status == "paused"
    # 10 to 28 February: 18 of 28 days of 1,000.00
    assert [net for _, net, _ in plain.credit_notes] == [64_286]
    world.wait_until("2025-04-30")
    # back on 15 March: 16 of the 31 days from 28 February to 31 March
    assert plain.starts == ["2025-01-31", "2025-03-15", "2025-03-31", "2025-04-30"]
    assert plain.invoices[1].lines == [("Plain (16 of 31 days)", 51_613)]


def test_a_pause_without_credit_leaves_what_was_paid_for(world: World, shop: Shop) -> None:
    world.today_is("2025-04-01")
    plain = shop.customer("Asha").subscribes_to("Plain")
    world.wait_until("2025-04-10")
    plain.is_paused(credit=PauseCredit.NONE)
    world.wait_until("2025-04-20")
    plain.is_resumed()
    assert (plain.credit_notes, len(plain.invoices), plain.now.mrr) == ([], 1, 100_000)
    world.wait_until("2025-05-01")
    assert plain.starts == ["2025-04-01", "2025-05-01"]


def test_paused_and_resumed_on_one_day_comes_to_nothing_more(world: World, shop: Shop) -> None:
    world.today_is("2025-04-10")
    plain = shop.customer("Asha").subscribes_to("Plain")
    plain.is_paused()
    plain.is_resumed()
    assert [net for _, net, _ in plain.credit_notes] == [96_667]  # 29 of 30 days
    assert plain.status == "active"
    world.wait_until("2025-04-11")
    assert plain.starts == ["2025-04-10", "2025-04-11"]
    assert plain.invoices[-1].lines == [("Plain (29 of 30 days)", 96_667)]


def test_a_pause_at_period_end_may_be_taken_back(world: World, shop: Shop) -> None:
    world.today_is("2025-04-01")
    plain = shop.customer("Asha").subscribes_to("Plain")
    plain.is_paused("period_end")
    assert str(plain.now.pause_on) == "2025-05-01"
    plain.is_resumed()
    world.wait_until("2025-05-01")
    assert plain.starts == ["2025-04-01", "2025-05-01"]
    plain.is_paused("period_end")
    world.wait_until("2025-06-02")
    assert (plain.status, len(plain.invoices), plain.credit_notes) == ("paused", 2, [])
    plain.is_canceled(now=True)
    with pytest.raises(NotPaused):
        plain.is_resumed()


def test_the_shops_policy_says_whether_a_pause_credits_and_the_call_wins(world: World) -> None:
    shop = world.shop(pause_credit="none")
    shop.sells("Plain", at=inr("1,000.00"))
    world.today_is("2025-04-01")
    kept = shop.customer("Asha").subscribes_to("Plain")
    credited = shop.customer("Ravi").subscribes_to("Plain")
    world.wait_until("2025-04-10")
    kept.is_paused()
    credited.is_paused(credit=PauseCredit.PRORATED)
    assert kept.credit_notes == []
    assert [net for _, net, _ in credited.credit_notes] == [66_667]  # 20 of 30 days


def test_a_pause_to_come_stands_among_the_changes_and_can_be_taken_back_there(
    world: World, shop: Shop
) -> None:
    world.today_is("2025-01-31")
    plain = shop.customer("Asha").subscribes_to("Plain")
    plain.is_paused("2025-02-10", until="2025-03-15")
    [change] = plain.changes
    assert (change.kind, change.status, str(change.effective_on)) == (
        "pause",
        "scheduled",
        "2025-02-10",
    )
    wish = {"until": "2025-03-15", "credit": "prorated", "proration": "by_day"}
    assert change.wish == wish
    plain.takes_back(change)
    assert [one.status for one in plain.changes] == ["canceled"]
    assert (plain.now.pause_on, plain.now.resume_on) == (None, None)
    world.wait_until("2025-02-28")
    assert plain.starts == ["2025-01-31", "2025-02-28"]
    plain.is_paused("period_end", credit=PauseCredit.NONE)
    plain.is_resumed()
    plain.is_paused("period_end")
    world.wait_until("2025-03-31")
    assert [one.status for one in plain.changes] == ["canceled", "canceled", "applied"]
    with pytest.raises(ChangeNotScheduled):
        plain.takes_back(plain.changes[-1])
    assert plain.status == "paused"


def test_a_pause_to_come_and_a_change_of_plans_go_side_by_side(world: World, shop: Shop) -> None:
    shop.sells("Team", at=inr("2,500.00"))
    world.today_is("2025-04-01")
    plain = shop.customer("Asha").subscribes_to("Plain")
    plain.is_paused("2025-04-21", until="2025-05-11")
    later = plain.changes_to("Team", when=date(2025, 4, 11))
    # 20 of 30 days: 666.67 back, 1,666.67 charged; then 10 of Team's 20 days are not used
    world.wait_until("2025-04-21")
    assert [one.status for one in plain.changes] == ["applied", "applied"]
    assert [net for _, net, _ in plain.credit_notes] == [66_667, 83_334]
    with pytest.raises(ChangeNotScheduled):
        plain.takes_back(later)
    world.wait_until("2025-05-11")
    assert plain.invoices[-1].lines == [("Team (21 of 31 days)", 169_355)]


def test_a_trial_runs_on_while_it_is_paused(world: World, shop: Shop) -> None:
    world.today_is("2025-01-01")
    pro = shop.customer("Asha").subscribes_to("Pro")  # until the 15th
    pro.is_paused()
    world.wait_until("2025-01-05")
    pro.is_resumed()
    assert pro.status == "trialing"
    world.wait_until("2025-01-15")
    assert pro.starts == ["2025-01-15"]


def test_kathmandu_pauses_at_its_own_midnight(world: World, shop: Shop) -> None:
    world.today_is("2025-01-10")
    nepali = shop.customer("Maya", country="NP", state=None, zone="Asia/Kathmandu")
    plain = nepali.subscribes_to("Plain")
    plain.is_paused("2025-01-20")
    world.wait_until(at("2025-01-19", "23:59", zone="Asia/Kathmandu"))
    assert plain.status == "active"
    world.wait_until(at("2025-01-20", "00:00", zone="Asia/Kathmandu"))
    assert plain.status == "paused"


def test_a_pause_by_seconds_across_the_spring_change_of_clocks(world: World, shop: Shop) -> None:
    world.today_is("2025-03-01")
    greta = shop.customer("Greta", country="DE", state=None, zone="Europe/Berlin")
    plain = greta.subscribes_to("Plain")
    world.wait_until(at("2025-03-30", "00:00", zone="Europe/Berlin"))
    plain.is_paused(policy=ProrationPolicy.BY_SECOND)
    # 47 hours are left of the month's 743: 30 March has 23 of them; 63.257… of 1,000.00
    assert [net for _, net, _ in plain.credit_notes] == [6_326]


def test_what_cannot_be_paused(world: World, shop: Shop) -> None:
    world.today_is("2025-04-01")
    plain = shop.customer("Asha").subscribes_to("Plain")
    for when, until in (("2025-03-31", None), ("2025-05-01", "2025-05-01"), ("2028-01-01", None)):
        with pytest.raises(PauseOutsidePeriod):
            plain.is_paused(when, until=until)
    with pytest.raises(NotPaused):
        plain.is_resumed()
    plain.is_paused()
    with pytest.raises(NotPausable):
        plain.is_paused()
    plain.is_canceled(now=True)
    with pytest.raises(NotPausable):
        plain.is_paused()


def test_of_two_at_once_one_is_told(world: World, shop: Shop) -> None:
    world.today_is("2025-04-01")
    plain = shop.customer("Asha").subscribes_to("Plain")
    with shop.db.transaction(shop.tenant) as uow:
        uow.subscriptions.lock([plain.id])
        with pytest.raises(ChangeUnderWay):
            plain.is_paused()
        with pytest.raises(ChangeUnderWay):
            plain.is_anchored_on("2025-04-10")
    assert plain.status == "active"


def test_an_anchor_that_is_moved_back_credits_the_days_beyond_it(world: World, shop: Shop) -> None:
    world.today_is("2025-04-10")
    plain = shop.customer("Asha").subscribes_to("Plain")
    world.wait_until("2025-04-16")
    plain.is_anchored_on("2025-05-01")
    # 1 to 10 May: 9 of 30 days of 1,000.00
    assert [net for _, net, _ in plain.credit_notes] == [30_000]
    assert plain.period == ("2025-04-10", "2025-05-01")
    world.wait_until("2025-06-01")
    assert plain.starts == ["2025-04-10", "2025-05-01", "2025-06-01"]
    assert plain.invoices[1].lines == [("Plain", 100_000)]


def test_the_31st_as_an_anchor_means_the_last_day(world: World, shop: Shop) -> None:
    world.today_is("2025-04-10")
    plain = shop.customer("Asha").subscribes_to("Plain")
    plain.is_anchored_on("2025-05-31")  # the 30th of April comes first
    assert plain.period == ("2025-04-10", "2025-04-30")
    assert [net for _, net, _ in plain.credit_notes] == [33_333]  # 10 of 30 days
    world.wait_until("2025-07-01")
    assert plain.starts == ["2025-04-10", "2025-04-30", "2025-05-31", "2025-06-30"]


def test_an_anchor_beyond_what_is_billed_is_reached_by_a_short_period(
    world: World, shop: Shop
) -> None:
    world.today_is("2025-04-25")
    plain = shop.customer("Asha").subscribes_to("Plain", align=Alignment.MONTH)  # to 1 May
    plain.is_anchored_on("2025-04-20")
    assert (plain.period, plain.credit_notes) == (("2025-04-25", "2025-05-01"), [])
    world.wait_until("2025-05-20")
    # 1 to 20 May: 19 of the 30 days from 20 April, 633.33
    assert plain.starts == ["2025-04-25", "2025-05-01", "2025-05-20"]
    assert plain.invoices[1].lines == [("Plain (19 of 30 days)", 63_333)]


def test_an_anchor_of_today_bills_a_whole_period_today(world: World, shop: Shop) -> None:
    world.today_is("2025-04-10")
    plain = shop.customer("Asha").subscribes_to("Plain")
    world.wait_until("2025-04-25")
    plain.is_anchored_on("2025-04-25")
    assert [net for _, net, _ in plain.credit_notes] == [50_000]  # 15 of 30 days
    assert plain.invoices[-1].lines == [("Plain", 100_000)]
    assert plain.period == ("2025-04-25", "2025-05-25")
    with pytest.raises(AnchorNotMovable):
        plain.is_anchored_on("2025-04-25")
    with pytest.raises(AnchorOutOfRange):
        plain.is_anchored_on(str(date(2025, 4, 25) + timedelta(days=800)))
    plain.is_canceled(now=True)
    with pytest.raises(AnchorNotMovable):
        plain.is_anchored_on("2025-04-26")
