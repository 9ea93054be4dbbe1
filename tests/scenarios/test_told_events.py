"""Every type of event, told by shops that live; each is what the document of events promises.

The world of each other story is held against the document, too, when its story is over.
"""

from typing import Any

import pytest

from khata.core.events import EVENT_TYPES
from khata.usecases.subscriptions.cancel_change import CancelChange, cancel_change
from tests.scenarios.funds import Wallet, offers, redeems
from tests.scenarios.gateway_accounts import account_ails
from tests.scenarios.gifts import Gifts
from tests.scenarios.shop import Shop
from tests.scenarios.webhook import Webhook
from tests.scenarios.wire import broken_promises, told, validator
from tests.scenarios.world import World, inr, usd


def types(shop: Shop) -> set[str]:
    return {event["type"] for event in told(shop)}


def test_every_type_is_told_as_it_is_described(world: World) -> None:
    busy = world.shop("Busy")
    busy.sells("Pro", at=inr("1,000.00"), trial_days=14)
    busy.sells("Plain", at=[inr("1,000.00"), usd("12.00")])
    busy.sells("Dear", at=inr("5,000.00"))
    gifts = Gifts(busy)
    gifts.knows("sso", "switch")
    gifts.on("Plain", "sso", True)
    unlucky = world.shop("Unlucky", retry_days=[1, 3], write_off_when_given_up=True)
    unlucky.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-01-10")
    webhook = Webhook(busy)
    webhook.is_tested()
    webhook.is_disabled()
    account_ails(busy)
    much_happens(busy)
    nothing_is_paid(unlucky)
    world.wait_until("2025-02-12")
    assert types(busy) | types(unlucky) == set(EVENT_TYPES)  # and what they say: at world's end


def much_happens(shop: Shop) -> None:
    """A trial, second thoughts, an end, a mistake, and what no law covers."""
    shop.customer("Asha").subscribes_to("Pro")
    plain = shop.customer("Ravi").subscribes_to("Plain")
    plain.is_canceled()
    plain.is_kept()
    plain.is_canceled(now=True, why="too dear")
    changing = shop.customer("Lata").subscribes_to("Plain")
    changing.changes_to("Plain", seats=[2], when="now")
    waits = changing.changes_to("Dear", when="period_end")
    command = CancelChange(shop.tenant, waits.id, shop.world.now)
    cancel_change(command, db=shop.db)
    lives(shop)
    swap_is_dropped(shop)
    wrong = shop.customer("Meera", card=None)
    wrong.subscribes_to("Plain", pays_by="transfer", days_to_pay=30)
    wrong.latest_invoice.is_voided()
    offers(shop, "TEA", percent="10")
    wallet = Wallet.opened(wrong, below=inr("200.00"), recharge=inr("100.00"))
    wallet.gets(inr("300.00"), paid=False, until="2025-01-20")
    wrong.subscribes_to("Plain", pays_by="transfer", days_to_pay=30, starts="2025-02-01")
    redeems(wrong, "TEA")
    nowhere = shop.customer("Nowhere")
    nowhere.subscribes_to("Plain")
    shop.rows("update customers set state = null where id = %(id)s returning 1", id=nowhere.id)


def swap_is_dropped(shop: Shop) -> None:
    """Dollars were agreed on, but on the day rupees are owed."""
    late = shop.customer("Late", card=None)
    plain = late.subscribes_to("Plain", pays_by="transfer", days_to_pay=30)
    late.transfers(late.latest_invoice)
    plain.changes_to("Plain", currency="USD")
    plain.changes_to("Dear", when="now")


def lives(shop: Shop) -> None:
    """A trial that ends today, a pause, another, and another anchor."""
    pro = shop.customer("Uma").subscribes_to("Pro")
    pro.trial_ends()
    pro.is_paused("period_end")
    pro.is_resumed()
    pro.is_paused()
    pro.is_resumed()
    pro.is_anchored_on("2025-01-20")


def nothing_is_paid(shop: Shop) -> None:
    """Reminders, declines, giving up, writing off; money that comes late, twice, or never."""
    shop.customer("Slow", card=None).subscribes_to("Pro", pays_by="transfer", days_to_pay=1)
    shop.customer("Poor", card="tok_declined").subscribes_to("Pro")
    shop.customer("Far", card="tok_never_reached").subscribes_to("Pro")
    twice = shop.customer("Twice", card="tok_late_success")
    twice.subscribes_to("Pro")
    twice.gives_card("tok_ok")


def test_a_promise_that_is_broken_is_seen(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-01-10")
    shop.customer("Asha").subscribes_to("Pro")
    assert broken_promises(shop) == []
    broken: list[tuple[dict[str, Any], str]] = [
        ({"facts": {}}, "required"),
        ({"sequence": 0}, "minimum"),
        ({"created": "yesterday"}, "date-time"),
        ({"surprise": 1}, "surprise"),
        ({"subject": "cus_00000000000000000000000001"}, "inv_"),
    ]
    [event] = [event for event in told(shop) if event["type"] == "invoice.paid"]
    for change, what in broken:
        wrong = event | {"data": event["data"] | change}
        errors = [error.message for error in validator("invoice.paid").iter_errors(wrong)]
        assert what in errors[0]


@pytest.mark.parametrize("type", EVENT_TYPES)
def test_each_type_can_be_held_against_its_promise(type: str) -> None:
    assert not validator(type).is_valid({})
