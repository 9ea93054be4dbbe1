"""Stories of a subscription's life: trial, cancellation, second thoughts, nothing to pay."""

import pytest

from khata.core.refusal import Refusal
from khata.usecases.subscriptions.cancel_subscription import AlreadyCanceled
from khata.usecases.subscriptions.uncancel_subscription import NotCanceled
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"), trial_days=14)
    shop.sells("Plain", at=inr("1,000.00"))
    return shop


def test_a_trial_becomes_a_paid_subscription(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-17")
    pro = asha.subscribes_to("Pro")
    assert (pro.status, pro.period, pro.invoices) == ("trialing", ("2025-01-17", "2025-01-31"), [])
    assert pro.now.mrr == 0
    world.wait_until("2025-01-30")
    assert pro.status == "trialing"
    world.wait_until("2025-03-31")
    assert pro.starts == ["2025-01-31", "2025-02-28", "2025-03-31"]  # anchored on the trial's end
    assert {invoice.status for invoice in pro.invoices} == {"paid"}
    assert pro.states == ["incomplete", "trialing", "active"]
    assert pro.now.mrr == 100_000


def test_a_trial_that_is_canceled_is_never_billed(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-17")
    pro = asha.subscribes_to("Pro")
    world.wait_until("2025-01-20")
    pro.is_canceled(why="too dear")
    assert pro.status == "trialing"
    world.wait_until("2025-04-01")
    assert (pro.status, pro.invoices) == ("canceled", [])
    assert str(pro.now.ended_on) == "2025-01-31"
    assert asha.inbox.kinds == ["subscription_canceled"]
    told = asha.inbox.text_of("subscription_canceled")
    assert "Its last day of service is 30 Jan 2025." in told
    assert "too dear" not in told
    assert pro.history[-1] == ("canceled", "2025-01-30", "too dear")


def test_a_trial_of_its_own_length_and_none_at_all(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-17")
    longer = asha.subscribes_to("Pro", trial_days=30)
    none = asha.subscribes_to("Pro", trial_days=0)
    assert longer.period == ("2025-01-17", "2025-02-16")
    assert none.period == ("2025-01-17", "2025-02-17")


def test_a_trial_with_an_anchor_bills_the_days_up_to_it(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-17")
    pro = asha.subscribes_to("Pro", anchor="2025-02-01")
    world.wait_until("2025-02-01")
    # the trial ends on 31 January, one day before the anchor:
    # 1,000.00 × 30 / 31 = 967.74 are over, 32.26 remain; 9 % is 2.9034, twice 2.90
    first, second = pro.invoices
    assert (first.lines, first.total) == ([("Pro (1 of 31 days)", 3226)], inr("38.06"))
    assert second.total == inr("1,180.00")


def test_canceled_at_period_end(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    plain = asha.subscribes_to("Plain")
    world.wait_until("2025-01-20")
    plain.is_canceled()
    assert (plain.status, str(plain.now.cancel_on)) == ("active", "2025-02-10")
    with pytest.raises(AlreadyCanceled):
        plain.is_canceled()
    world.wait_until(at("2025-02-09", "23:59"))
    assert plain.status == "active"
    world.wait_until(at("2025-02-10", "00:00"))
    assert plain.status == "canceled"
    world.wait_until("2025-06-01")
    assert plain.starts == ["2025-01-10"]
    assert plain.now.mrr == 0
    assert plain.history[-1][2] == "canceled at period end"
    assert asha.inbox.kinds == ["invoice_issued", "receipt", "subscription_canceled"]
    told = asha.inbox.text_of("subscription_canceled")
    assert "is canceled. It ended with the period that was paid for." in told
    assert "Its last day of service is 9 Feb 2025." in told
    # what was paid for is earned whole
    assert shop.earned() == {"2025-01": 70_968, "2025-02": 29_032}  # 22 and 9 of 31 days


def test_canceled_now(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    plain = asha.subscribes_to("Plain")
    world.wait_until("2025-01-20")
    plain.is_canceled(now=True, why="moved away")
    assert (plain.status, str(plain.now.ended_on)) == ("canceled", "2025-01-20")
    with pytest.raises(AlreadyCanceled):
        plain.is_canceled(now=True)
    world.wait_until("2025-06-01")
    assert plain.starts == ["2025-01-10"]


def test_a_cancellation_taken_back(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    plain = asha.subscribes_to("Plain")
    with pytest.raises(NotCanceled):
        plain.is_kept()
    plain.is_canceled()
    world.wait_until("2025-02-01")
    plain.is_kept()
    world.wait_until("2025-02-10")
    assert plain.starts == ["2025-01-10", "2025-02-10"]
    assert plain.states == ["incomplete", "active"]
    plain.is_canceled(now=True)
    with pytest.raises(NotCanceled):
        plain.is_kept()


def test_canceled_at_period_end_and_then_at_once(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    plain = asha.subscribes_to("Plain")
    plain.is_canceled()
    world.wait_until("2025-01-15")
    plain.is_canceled(now=True)
    assert str(plain.now.ended_on) == "2025-01-15"


def test_what_has_not_begun_is_canceled_at_once(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    plain = asha.subscribes_to("Plain", starts="2025-02-01")
    plain.is_canceled()
    assert plain.status == "canceled"
    world.wait_until("2025-03-01")
    assert plain.invoices == []


@pytest.mark.parametrize("starts", ["2024-01-08", "2027-01-13"])
def test_a_start_too_far_away_is_refused(world: World, shop: Shop, starts: str) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-09")
    with pytest.raises(Refusal) as refused:
        asha.subscribes_to("Plain", starts=starts)
    assert (refused.value.code, refused.value.param) == ("start_out_of_range", "start_date")


def test_an_invoice_of_nothing_is_paid_at_once(world: World, shop: Shop) -> None:
    shop.sells("Seats", at=inr("100.00"), by_the_seat=True)
    asha = shop.customer("Asha", card="tok_declined")
    world.today_is("2025-01-10")
    seats = asha.subscribes_to("Seats", seats=[0])
    invoice = asha.latest_invoice
    assert (invoice.total, invoice.status, invoice.number) == (
        inr("0.00"),
        "paid",
        "INV/24-25/00001",
    )
    assert (invoice.attempts, invoice.entries) == ([], [])
    world.wait_until("2025-02-11")
    assert seats.status == "active"
    assert [invoice.status for invoice in seats.invoices] == ["paid", "paid"]
