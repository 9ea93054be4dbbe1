"""What customers may use, through the lives of their subscriptions."""

import pytest

from khata.core.entitlements import UNLIMITED, AlreadyEntitled, DowngradeBelowUse, FeatureCodeTaken
from tests.scenarios.gifts import Gifts
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop(retry_days=[1, 3])
    shop.sells("Pro", at=inr("1000.00"))
    shop.sells("Team", at=inr("2500.00"))
    shop.sells("Seat", at=inr("300.00"), by_the_seat=True)
    shop.sells("Trial", at=inr("500.00"), trial_days=14)
    world.today_is("2025-04-01")
    return shop


@pytest.fixture
def gifts(shop: Shop) -> Gifts:
    gifts = Gifts(shop)
    gifts.knows("sso", "switch")
    gifts.knows("projects", "limit")
    gifts.knows("seats", "limit", adds=True)
    gifts.knows("calls", "metered", meter="api-calls")
    return gifts


def test_a_trial_has_it_an_end_takes_it(world: World, shop: Shop, gifts: Gifts) -> None:
    gifts.on("Trial", "sso", True)
    gifts.on("Trial", "calls", 1_000)
    asha = shop.customer("Asha")
    trial = asha.subscribes_to("Trial")
    assert (trial.status, gifts.of(asha)) == ("trialing", {"sso": True, "calls": 1_000})
    world.wait_until("2025-04-16")
    assert (trial.status, gifts.version(asha)) == ("active", 1)  # nothing changed
    trial.is_canceled()
    assert gifts.of(asha) == {"sso": True, "calls": 1_000}  # until what is paid for ends
    world.wait_until("2025-05-16")
    assert (trial.status, gifts.of(asha), gifts.version(asha)) == ("canceled", {}, 2)
    assert gifts.told() == [(asha.id, 1), (asha.id, 2)]


def test_what_has_not_begun_gives_nothing(world: World, shop: Shop, gifts: Gifts) -> None:
    gifts.on("Pro", "sso", True)
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro", starts="2025-04-05")
    assert gifts.of(asha) == {}
    world.wait_until("2025-04-05")
    assert gifts.of(asha) == {"sso": True}


def test_grace_goes_on_and_ends_with_the_last_try(world: World, shop: Shop, gifts: Gifts) -> None:
    gifts.on("Pro", "projects", 10)
    asha = shop.customer("Asha")
    pro = asha.subscribes_to("Pro")
    asha.card.will_be_declined()
    world.wait_until("2025-05-01")
    assert (pro.status, gifts.of(asha)) == ("past_due", {"projects": 10})
    world.wait_until("2025-05-10")
    assert (pro.status, gifts.of(asha)) == ("unpaid", {})
    asha.transfers(asha.latest_invoice)
    assert (pro.status, gifts.of(asha)) == ("active", {"projects": 10})
    assert [version for _, version in gifts.told()] == [1, 2, 3]


def test_two_subscriptions_come_to_one_row(world: World, shop: Shop, gifts: Gifts) -> None:
    for plan, projects, seats in (("Pro", 10, 3), ("Team", 50, 5)):
        gifts.on(plan, "projects", projects)
        gifts.on(plan, "seats", seats)
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    team = asha.subscribes_to("Team")
    assert gifts.of(asha) == {"projects": 50, "seats": 8}  # the larger; the sum
    team.is_canceled(now=True)
    assert gifts.of(asha) == {"projects": 10, "seats": 3}


def test_it_changes_with_the_plan_and_the_quantity(world: World, shop: Shop, gifts: Gifts) -> None:
    gifts.on("Pro", "projects", 10)
    gifts.on("Team", "projects", UNLIMITED)
    gifts.on("Seat", "seats", 2, by_the_seat=True)
    asha = shop.customer("Asha")
    pro = asha.subscribes_to("Pro")
    world.wait_until("2025-04-16")
    pro.changes_to("Team", "Seat", seats=[1, 4])
    assert gifts.of(asha) == {"projects": UNLIMITED, "seats": 8}
    pro.changes_to("Pro", when="period_end")
    assert gifts.of(asha) == {"projects": UNLIMITED, "seats": 8}  # it is for later
    world.wait_until("2025-05-02")
    assert gifts.of(asha) == {"projects": 10}


def test_a_plan_that_gives_more_gives_it_at_once(world: World, shop: Shop, gifts: Gifts) -> None:
    asha, ravi = shop.customer("Asha"), shop.customer("Ravi")
    asha.subscribes_to("Pro")
    ravi.subscribes_to("Team")
    projects = gifts.on("Pro", "projects", 10)
    assert (gifts.of(asha), gifts.of(ravi)) == ({"projects": 10}, {})
    gifts.becomes(projects, 20)
    assert gifts.of(asha) == {"projects": 20}
    gifts.becomes(projects, 20)
    assert gifts.version(asha) == 2  # nothing changed, nothing is told
    gifts.is_taken_off(projects)
    assert gifts.of(asha) == {}
    assert gifts.told() == [(asha.id, 1), (asha.id, 2), (asha.id, 3)]


def test_a_feature_stands_once_on_a_plan(shop: Shop, gifts: Gifts) -> None:
    gifts.on("Pro", "sso", True)
    with pytest.raises(AlreadyEntitled):
        gifts.on("Pro", "sso", False)
    with pytest.raises(FeatureCodeTaken):
        gifts.knows("sso", "switch")


def test_a_renewal_writes_nothing(world: World, shop: Shop, gifts: Gifts) -> None:
    gifts.on("Pro", "sso", True)
    asha = shop.customer("Asha")
    pro = asha.subscribes_to("Pro")
    world.wait_until("2025-07-02")
    assert (len(pro.invoices), gifts.version(asha)) == (4, 1)


def test_fewer_seats_than_are_taken_are_refused(world: World, shop: Shop, gifts: Gifts) -> None:
    gifts.on("Seat", "seats", 1, by_the_seat=True)
    asha = shop.customer("Asha")
    ten = asha.subscribes_to("Seat", seats=[10])
    gifts.uses(asha, "seats", 7)
    for when in ("now", "period_end"):
        with pytest.raises(DowngradeBelowUse, match=r"7 of seats are in use.* allow 5"):
            ten.changes_to("Seat", seats=[5], when=when)
        with pytest.raises(DowngradeBelowUse):
            ten.would_change_to("Seat", seats=[5], when=when)
    assert shop.rows("select count(*) from scheduled_changes") == [(0,)]
    ten.changes_to("Seat", seats=[7], when="now")
    assert gifts.of(asha) == {"seats": 7}
    gifts.uses(asha, "seats", 2)
    ten.changes_to("Seat", seats=[5], when="now")
    assert gifts.of(asha) == {"seats": 5}


def test_a_plan_may_let_seats_be_over(shop: Shop, gifts: Gifts) -> None:
    gifts.on("Seat", "seats", 1, by_the_seat=True, guards_use=False)
    asha = shop.customer("Asha")
    ten = asha.subscribes_to("Seat", seats=[10])
    gifts.uses(asha, "seats", 7)
    ten.changes_to("Seat", seats=[5], when="now")
    assert gifts.of(asha) == {"seats": 5}


def test_use_is_no_change_of_what_is_had(shop: Shop, gifts: Gifts) -> None:
    gifts.on("Pro", "seats", 5)
    asha = shop.customer("Asha")
    gifts.uses(asha, "seats", 3)  # before anything is had
    asha.subscribes_to("Pro")
    gifts.uses(asha, "seats", 4)
    assert (gifts.of(asha), gifts.version(asha)) == ({"seats": 5}, 1)
    assert shop.rows("select used from customer_entitlements") == [({"seats": 4},)]
