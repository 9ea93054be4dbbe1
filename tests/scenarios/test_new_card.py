"""Stories of another card: which debts it pays, and which it leaves alone."""

from uuid import UUID

import pytest

from khata.core.ids import new_id
from khata.core.subscription import CollectionMethod
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.selling.detach_payment_method import (
    DetachPaymentMethod,
    detach_payment_method,
)
from khata.usecases.selling.make_default_payment_method import (
    MakeDefaultPaymentMethod,
    make_default_payment_method,
)
from khata.usecases.subscriptions.agree_on_subscription import PaymentMethodNotUsable
from khata.usecases.subscriptions.change_subscription import (
    ChangeSubscription,
    change_subscription,
)
from khata.usecases.subscriptions.start_subscription import (
    StartSubscription,
    WantedItem,
    start_subscription,
)
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World, at, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    return shop


def keeps(customer: Customer, token: str, *, default: bool = False) -> UUID:
    """Another card beside those there are."""
    now = customer.shop.world.now
    id = new_id(now)
    command = AddPaymentMethod(customer.shop.tenant, id, now, customer.id, "fake", token, default)
    add_payment_method(command, db=customer.shop.db, gateways=customer.shop.world.engine.gateways)
    return id


def prefers(customer: Customer, method: UUID) -> None:
    shop = customer.shop
    command = MakeDefaultPaymentMethod(shop.tenant, method, shop.world.now)
    make_default_payment_method(command, db=shop.db)


def subscribes_with(customer: Customer, method: UUID) -> Subscribed:
    """A subscription that has a way to pay of its own."""
    shop, world = customer.shop, customer.shop.world
    id = new_id(world.now)
    command = StartSubscription(
        tenant=shop.tenant,
        id=id,
        at=world.now,
        customer_id=customer.id,
        items=[WantedItem(shop.plans["Pro"].id, 1)],
        collection_method=CollectionMethod.CHARGE_AUTOMATICALLY,
        payment_method_id=method,
    )
    start_subscription(command, tools=world.engine.tools, db=shop.db)
    return Subscribed(shop, id)


def pays_with(pro: Subscribed, method: UUID | None) -> None:
    command = ChangeSubscription(
        pro.shop.tenant, pro.id, pro.shop.world.now, {"payment_method_id": method}
    )
    change_subscription(command, db=pro.shop.db)


def test_what_a_canceled_subscription_owes_is_not_charged_to_a_new_card(world: World) -> None:
    shop = world.shop(after_last_retry="canceled", retry_days=[1])
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-06-01")
    assert (pro.status, len(ravi.latest_invoice.attempts)) == ("canceled", 2)
    ravi.gives_card("tok_ok")
    world.wait_until("2025-06-30")
    assert (ravi.latest_invoice.status, len(ravi.latest_invoice.attempts)) == ("open", 2)
    assert ravi.pays(ravi.latest_invoice) == "succeeded"  # who wants to pay it, may


def test_a_new_card_is_tried_when_the_pending_attempt_of_the_old_one_has_failed(
    world: World,
) -> None:
    shop = world.shop(retry_days=[])
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_pending_fails")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until(at("2025-01-10", "12:30"))
    ravi.gives_card("tok_ok")
    world.wait_until("2025-01-11")
    assert ravi.latest_invoice.attempts == [("2025-01-10", "failed"), ("2025-01-10", "succeeded")]
    assert pro.states == ["incomplete", "active"]
    assert shop.rows("select decline_count from payments") == [(0,)]


def test_a_new_card_is_tried_when_the_buttons_own_attempt_has_failed(world: World) -> None:
    shop = world.shop(retry_days=[])
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_lost_card")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    assert pro.status == "unpaid"
    ravi.card.becomes("tok_pending_fails")
    assert ravi.pays(ravi.latest_invoice) == "pending"
    ravi.gives_card("tok_ok")
    world.wait_until("2025-01-11")
    assert [end for _, end in ravi.latest_invoice.attempts] == ["failed", "failed", "succeeded"]
    assert pro.status == "active"


def test_a_card_that_is_only_kept_wakes_nobody(world: World, shop: Shop) -> None:
    ravi = shop.customer("Ravi", card="tok_lost_card")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    other = keeps(ravi, "tok_ok")
    world.wait_until("2025-01-12")
    assert ravi.latest_invoice.attempts == [("2025-01-10", "failed")]  # the lost card, once
    prefers(ravi, other)
    world.wait_until("2025-01-13")
    assert ravi.latest_invoice.attempts == [("2025-01-10", "failed"), ("2025-01-12", "succeeded")]
    assert pro.states == ["incomplete", "active", "unpaid", "active"]
    prefers(ravi, other)  # it is already: nothing changes


def test_a_new_default_does_not_touch_a_subscription_with_a_card_of_its_own(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha", card="tok_ok")
    world.today_is("2025-01-10")
    own = keeps(asha, "tok_declined")
    pro = subscribes_with(asha, own)
    keeps(asha, "tok_ok", default=True)
    world.wait_until("2025-01-12")
    # its own card, by the schedule of 1, 2, … days: no try was hastened, no decline forgotten
    assert asha.latest_invoice.attempts == [("2025-01-10", "failed"), ("2025-01-11", "failed")]
    assert shop.rows("select decline_count from payments") == [(2,)]

    pays_with(pro, None)  # by the customer's default from now on
    world.wait_until("2025-01-13")
    assert asha.latest_invoice.attempts[2:] == [("2025-01-12", "succeeded")]
    assert pro.status == "active"


def test_a_subscription_gets_a_card_of_its_own(world: World, shop: Shop) -> None:
    ravi, meena = shop.customer("Ravi", card="tok_declined"), shop.customer("Meena")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    with pytest.raises(PaymentMethodNotUsable) as refused:
        pays_with(pro, keeps(meena, "tok_ok"))
    assert refused.value.param == "payment_method"
    pays_with(pro, keeps(ravi, "tok_ok"))
    world.wait_until("2025-02-11")
    assert [invoice.status for invoice in pro.invoices] == ["paid", "paid"]
    assert ravi.invoices[0].attempts == [("2025-01-10", "failed"), ("2025-01-10", "succeeded")]


def test_the_default_takes_over_for_a_card_that_was_taken_away_but_not_at_once(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha", card="tok_ok")
    world.today_is("2025-01-10")
    own = keeps(asha, "tok_declined")
    pro = subscribes_with(asha, own)
    command = DetachPaymentMethod(shop.tenant, own, world.now)
    detach_payment_method(command, db=shop.db)
    world.wait_until(at("2025-01-11", "11:59"))
    assert asha.latest_invoice.attempts == [("2025-01-10", "failed")]  # no card is charged for it
    world.wait_until("2025-01-11")
    assert asha.latest_invoice.attempts == [("2025-01-10", "failed"), ("2025-01-11", "succeeded")]
    assert pro.status == "active"
