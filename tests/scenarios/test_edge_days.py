"""Stories of the day on which a period ends: what is asked for then, before the round has come.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from collections.abc import Callable

import pytest

from khata.core.proration import ProrationPolicy
from khata.core.trial import NotOnTrial
from khata.usecases.billing.renew_due_subscriptions import (
    RenewDueSubscriptions,
    renew_due_subscriptions,
)
from khata.usecases.subscriptions.cancel_subscription import (
    AlreadyCanceled,
    CancelSubscription,
    When,
)
from khata.usecases.subscriptions.pause_subscription import NotPausable, PauseSubscription
from khata.usecases.subscriptions.preview_cancel import preview_cancel
from khata.usecases.subscriptions.preview_pause import preview_pause
from khata.usecases.subscriptions.uncancel_subscription import NotCanceled
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World, at, inr

Act = Callable[[Subscribed], None]


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Plain", at=inr("1,000.00"))
    shop.sells("Team", at=inr("2,500.00"))
    world.today_is("2025-04-01")
    return shop


def it_strikes_noon(world: World, day: str, *, but: Subscribed) -> None:
    """It is noon of a day, and the round of its midnight was done, but for one: it is late."""
    shop, midnight = but.shop, at(day, "00:00")
    command = RenewDueSubscriptions(shop.tenant, midnight, midnight, but=(but.id,))
    renew_due_subscriptions(command, db=shop.db)
    world.now = at(day)


def told(one: Subscribed) -> object:
    """All that a customer sees of it, but the numbers of documents."""
    invoices = [(str(i.period), i.lines, i.total) for i in one.invoices]
    credited = [(net, total) for _, net, total in one.credit_notes]
    states = [(to, why) for to, _, why in one.history]
    return invoices, credited, states, one.period, one.now.mrr


@pytest.mark.parametrize(
    ("act", "credited"),
    [
        # the 1st was used: 30 of 31 days of 1,000.00 are 967.74, and 87.10 twice of tax
        (lambda one: one.is_paused(), [(96_774, 114_194)]),
        (lambda one: one.is_canceled(now=True, policy=ProrationPolicy.BY_DAY), [(96_774, 114_194)]),
        (lambda one: one.is_canceled(now=True), []),
        (lambda one: one.is_canceled(), []),
        # 31 of 31 days back: 1,000.00, and 180.00
        (lambda one: one.changes_to("Team", when="now"), [(100_000, 118_000)]),
    ],
)
def test_what_is_asked_for_on_an_edge_is_as_if_the_round_had_come_first(
    world: World, shop: Shop, act: Act, credited: list[tuple[int, int]]
) -> None:
    early = shop.customer("Asha").subscribes_to("Plain")
    late = shop.customer("Ben").subscribes_to("Plain")
    it_strikes_noon(world, "2025-05-01", but=late)
    assert (len(early.invoices), len(late.invoices)) == (2, 1)
    act(early)
    act(late)
    assert [lines for _, lines, _ in told(late)[0]][:2] == [[("Plain", 100_000)]] * 2  # type: ignore[index]
    assert [(net, total) for _, net, total in late.credit_notes] == credited
    assert told(late) == told(early)
    world.wait_until("2025-07-02")
    assert told(late) == told(early)
    assert shop.books_balance()


def test_what_was_billed_on_the_way_to_a_pause_is_collected_at_once(
    world: World, shop: Shop
) -> None:
    plain = shop.customer("Asha").subscribes_to("Plain")
    it_strikes_noon(world, "2025-05-01", but=plain)
    plain.is_paused()
    # 1,180.00 of May, less the credit of its unused days, 1,141.94
    assert plain.invoices[-1].total == inr("1,180.00")
    assert (plain.invoices[-1].status, plain.invoices[-1].captures) == ("paid", [3_806])


def test_who_wants_one_invoice_gets_one_on_an_edge_too(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    asha.wants_one_invoice()
    plain, team = asha.subscribes_to("Plain"), asha.subscribes_to("Team")
    world.now = at("2025-05-01")
    plain.is_paused("period_end")
    assert asha.latest_invoice.lines == [("Plain", 100_000), ("Team", 250_000)]
    assert plain.period == team.period == ("2025-05-01", "2025-06-01")
    assert str(plain.now.pause_on) == "2025-06-01"


def test_a_preview_on_an_edge_foresees_what_comes_and_stores_nothing(
    world: World, shop: Shop
) -> None:
    plain = shop.customer("Asha").subscribes_to("Plain")
    it_strikes_noon(world, "2025-05-01", but=plain)
    pause = PauseSubscription(shop.tenant, plain.id, world.now)
    end = CancelSubscription(
        shop.tenant, plain.id, world.now, When.NOW, policy=ProrationPolicy.BY_DAY
    )
    for seen in (preview_pause(pause, db=shop.db), preview_cancel(end, db=shop.db)):
        assert [note.total for note in seen.notes] == [114_194]
    assert (len(plain.invoices), plain.period) == (1, ("2025-04-01", "2025-05-01"))
    plain.is_paused()
    assert shop.numbers == ["INV/25-26/00001", "INV/25-26/00002"]


def test_an_end_that_is_due_cannot_be_taken_back_any_more(world: World, shop: Shop) -> None:
    plain = shop.customer("Asha").subscribes_to("Plain")
    plain.is_canceled()
    it_strikes_noon(world, "2025-05-01", but=plain)
    with pytest.raises(NotCanceled):
        plain.is_kept()
    with pytest.raises(AlreadyCanceled):
        plain.is_canceled(now=True)
    with pytest.raises(NotPausable):
        plain.is_paused()
    world.wait_until("2025-05-02")
    # midnight in India
    assert plain.history[-1] == ("canceled", "2025-04-30", "canceled at period end")


def test_a_trial_that_is_over_is_not_extended(world: World, shop: Shop) -> None:
    plain = shop.customer("Asha").subscribes_to("Plain", trial_days=14)
    it_strikes_noon(world, "2025-04-15", but=plain)
    with pytest.raises(NotOnTrial):
        plain.trial_ends("2025-04-20")
    world.wait_until("2025-04-16")
    assert plain.starts == ["2025-04-15"]


def test_what_cannot_be_renewed_can_be_canceled_all_the_same(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    plain = asha.subscribes_to("Plain")
    shop.rows("update customers set state = null where id = %(id)s returning id", id=asha.id)
    it_strikes_noon(world, "2025-05-01", but=plain)
    plain.is_canceled(now=True)
    assert (plain.status, len(plain.invoices)) == ("canceled", 1)
    assert shop.parked == []
