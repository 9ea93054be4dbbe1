"""Stories of customers who pay by hand, and of trials that come to an end."""

from typing import Any

import pytest

from khata.usecases.dunning import chase_due_reminders
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"))
    return shop


def test_an_invoice_that_is_not_transferred_is_told_of_on_days_1_7_and_14(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha", card=None)
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=10)  # due on 20 January
    world.wait_until("2025-01-20")
    assert (pro.status, asha.inbox.kinds) == ("active", ["invoice_issued"])

    world.wait_until("2025-01-21")
    assert pro.status == "past_due"
    assert pro.history[-1] == ("past_due", "2025-01-20", "invoice overdue")  # midnight in India
    assert asha.inbox.last == "Reminder: invoice INV/24-25/00001 was due on 20 Jan 2025"
    assert "1 day overdue" in asha.inbox.last_text
    assert "₹1,180.00" in asha.inbox.last_text

    world.wait_until("2025-01-26")
    assert asha.inbox.kinds.count("invoice_overdue") == 1
    world.wait_until("2025-01-27")
    assert "7 days overdue" in asha.inbox.last_text
    world.wait_until("2025-02-03")
    assert "14 days overdue" in asha.inbox.last_text
    world.wait_until("2025-02-09")
    assert asha.inbox.kinds == ["invoice_issued", *["invoice_overdue"] * 3]
    assert pro.status == "past_due"  # nobody is cut off for a transfer that is late

    asha.transfers(asha.latest_invoice)
    assert pro.status == "active"
    assert shop.balance("receivable") == inr("0.00")


def test_who_pays_in_time_hears_nothing(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card=None)
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=10)
    world.wait_until("2025-01-20")
    asha.transfers(asha.latest_invoice)
    world.wait_until("2025-02-09")
    assert asha.inbox.kinds == ["invoice_issued", "receipt"]
    assert pro.states == ["incomplete", "active"]


def test_overdue_begins_with_the_day_of_the_customer(world: World, shop: Shop) -> None:
    joe = shop.customer("Joe", card=None, zone="America/New_York")
    world.today_is("2025-01-10")
    pro = joe.subscribes_to("Pro", pays_by="transfer", days_to_pay=0)
    world.wait_until("2025-02-01")
    # 10 January ends in New York at 05:00 UTC of the 11th.
    assert shop.rows("select at::text from events where type = 'invoice.overdue'") == [
        ("2025-01-11 05:00:00+00",)
    ]
    assert pro.status == "past_due"


def test_the_tenant_says_when_to_remind_or_never(world: World) -> None:
    shop = world.shop(reminder_days=[3], days_until_due=5)
    shop.sells("Pro", at=inr("1,000.00"))
    quiet = world.shop(reminder_days=[], days_until_due=5)
    quiet.sells("Pro", at=inr("1,000.00"))
    asha, ravi = shop.customer("Asha", card=None), quiet.customer("Ravi", card=None)
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", pays_by="transfer")  # due on 15 January
    his = ravi.subscribes_to("Pro", pays_by="transfer")
    world.wait_until("2025-01-17")
    assert (pro.status, asha.inbox.kinds) == ("past_due", ["invoice_issued"])
    world.wait_until("2025-01-18")
    assert "3 days overdue" in asha.inbox.last_text
    world.wait_until("2025-02-09")
    assert (his.status, ravi.inbox.kinds) == ("past_due", ["invoice_issued"])


def test_canceling_ends_the_reminders_and_the_debt_stays(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card=None)
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=0)
    world.wait_until("2025-01-12")
    pro.is_canceled(now=True)
    world.wait_until("2025-03-10")
    assert asha.inbox.kinds.count("invoice_overdue") == 1
    assert asha.latest_invoice.status == "open"
    assert shop.parked == []


def test_of_reminders_that_passed_while_nobody_looked_one_is_sent(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card=None)
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=0)
    shop.rows("update test_clocks set frozen_time = '2025-01-20T06:30:00Z' returning 1")
    world.wait_until("2025-01-21")
    assert asha.inbox.kinds == ["invoice_issued", "invoice_overdue"]
    assert "10 days overdue" in asha.inbox.last_text
    world.wait_until("2025-01-24")
    assert "14 days overdue" in asha.inbox.last_text
    assert pro.states == ["incomplete", "active", "past_due"]


def test_a_trial_is_announced_three_days_before_its_end(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", trial_days=14)
    world.wait_until("2025-01-20")
    assert asha.inbox.kinds == []
    world.wait_until("2025-01-21")
    assert asha.inbox.last == "Your trial of Pro, every month ends soon"
    told = " ".join(asha.inbox.last_text.split())
    assert "On 24 Jan 2025 we charge ₹1,180.00 for the first period" in told
    world.wait_until("2025-01-24")
    assert pro.status == "active"
    assert asha.latest_invoice.total == inr("1,180.00")
    assert asha.inbox.kinds == ["trial_ending", "invoice_issued", "receipt"]


def test_a_short_trial_is_announced_at_its_start_and_a_canceled_one_never(
    world: World, shop: Shop
) -> None:
    asha, ravi = shop.customer("Asha"), shop.customer("Ravi")
    world.today_is("2025-01-10")
    asha.subscribes_to("Pro", trial_days=2)
    his = ravi.subscribes_to("Pro", trial_days=14)
    world.wait_until("2025-01-11")
    assert asha.inbox.kinds == ["trial_ending"]
    his.is_canceled()
    world.wait_until("2025-02-10")
    assert "trial_ending" not in ravi.inbox.kinds


def test_a_trial_whose_invoice_would_be_refused_is_seen_before_its_end(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", trial_days=14)
    shop.rows("update customers set state = null returning 1")
    world.wait_until("2025-01-21")
    assert [code for code, _ in shop.parked] == ["state_required"]
    asha.moves_to("KA")
    shop.releases()
    world.wait_until("2025-01-24")
    assert asha.inbox.kinds[0] == "trial_ending"
    assert pro.status == "active"


def test_what_was_parked_begins_where_it_stood(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha = shop.customer("Asha", card=None)
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=10)

    def chase_overdue(*_: Any, **__: Any) -> None:
        raise KeyError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(chase_due_reminders, "chase_overdue", chase_overdue)
        world.wait_until("2025-01-22")
    assert [code for code, _ in shop.parked] == ["reminder_failed"]
    assert pro.status == "active"
    shop.releases()
    world.wait_until("2025-01-23")
    assert pro.status == "past_due"
    assert asha.inbox.kinds == ["invoice_issued", "invoice_overdue"]


def test_who_moves_west_is_not_overdue_before_their_own_day(world: World) -> None:
    shop = world.shop(reminder_days=[7])
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=10)  # due on 20 January
    asha.goes_to_live_in("America/New_York")
    world.wait_until("2025-02-08")
    assert shop.rows("select at::text from events where type = 'invoice.overdue'") == [
        ("2025-01-21 05:00:00+00",)  # midnight in New York
    ]
    assert pro.status == "past_due"
    assert asha.inbox.kinds == ["invoice_issued", "invoice_overdue"]
