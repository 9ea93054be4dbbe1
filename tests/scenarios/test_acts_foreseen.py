"""What people look at before they confirm: an end, a pause and its end, previewed as they are."""

from datetime import date
from typing import Any

import pytest

from khata.core.foreseen import Foreseen
from khata.core.proration import ProrationPolicy
from khata.usecases.subscriptions.cancel_subscription import (
    AlreadyCanceled,
    CancelSubscription,
    When,
)
from khata.usecases.subscriptions.pause_subscription import PauseSubscription, PauseWhen
from khata.usecases.subscriptions.preview_cancel import preview_cancel
from khata.usecases.subscriptions.preview_pause import preview_pause
from khata.usecases.subscriptions.preview_resume import preview_resume
from khata.usecases.subscriptions.resume_subscription import NotPaused, ResumeSubscription
from tests.scenarios.funds import offers
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-04-01")
    return shop


def end_of(pro: Subscribed, when: When | date, policy: ProrationPolicy | None = None) -> Foreseen:
    shop = pro.shop
    command = CancelSubscription(shop.tenant, pro.id, shop.world.now, when, policy=policy)
    return preview_cancel(command, db=shop.db)


def pause_of(pro: Subscribed, when: PauseWhen, **more: Any) -> Foreseen:
    shop = pro.shop
    return preview_pause(
        PauseSubscription(shop.tenant, pro.id, shop.world.now, when, **more), db=shop.db
    )


def resumption_of(pro: Subscribed) -> Foreseen:
    shop = pro.shop
    return preview_resume(ResumeSubscription(shop.tenant, pro.id, shop.world.now), db=shop.db)


def test_an_end_now_is_credited_as_foreseen(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-15")
    seen = end_of(pro, When.NOW, ProrationPolicy.BY_DAY)
    assert (str(seen.on), pro.status, pro.credit_notes) == ("2025-04-15", "active", [])
    # the 15th was used: 15 of 30 days of 1,000.00, and 90.00 of tax
    assert [(note.subtotal, note.total) for note in seen.notes] == [(50_000, 59_000)]
    assert (seen.credited, seen.charged, seen.due) == (59_000, 0, -59_000)
    pro.is_canceled(now=True, policy=ProrationPolicy.BY_DAY)
    assert pro.credit_notes == [("CN/25-26/00001", 50_000, 59_000)]
    with pytest.raises(AlreadyCanceled):
        end_of(pro, When.NOW)


def test_an_end_to_come_brings_nothing_yet(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    seen = end_of(pro, When.PERIOD_END)
    assert (str(seen.on), seen.notes, seen.decided_later) == ("2025-05-01", (), False)
    assert end_of(pro, date(2025, 4, 20), ProrationPolicy.BY_DAY).decided_later
    pro.is_canceled()
    assert str(pro.now.cancel_on) == "2025-05-01"
    with pytest.raises(AlreadyCanceled, match="2025-05-01"):
        end_of(pro, When.PERIOD_END)


def test_a_pause_and_its_end_come_to_what_was_foreseen(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-10")
    seen = pause_of(pro, PauseWhen.NOW)
    # 20 of 30 days of 1,000.00 are 666.67, with two taxes of 60.00
    assert [note.total for note in seen.notes] == [78_667]
    assert str(pause_of(pro, PauseWhen.PERIOD_END).on) == "2025-05-01"
    pro.is_paused()
    assert [total for _, _, total in pro.credit_notes] == [78_667]
    world.wait_until("2025-04-21")
    back = resumption_of(pro)
    assert back.invoice is not None
    assert pro.status == "paused"
    pro.is_resumed()
    # from the 21st on: 10 of 30 days are 333.33, with two taxes of 30.00
    assert (back.charged, pro.invoices[-1].total) == (39_333, inr("393.33"))
    with pytest.raises(NotPaused):
        resumption_of(pro)


def test_a_resumption_is_foreseen_with_its_discount(world: World, shop: Shop) -> None:
    offers(shop, "HALF", percent="50", lasts="forever")
    pro = shop.customer("Asha").subscribes_to("Pro", coupons=["HALF"])
    world.wait_until("2025-04-10")
    pro.is_paused()
    world.wait_until("2025-05-16")
    back = resumption_of(pro)
    pro.is_resumed()
    # 16 of 31 days are 516.13; 258.07 (258.065) off leave 258.06, with 23.23 twice: 304.52
    assert back.charged == pro.invoices[-1].total.amount == 30_452


def test_a_pause_that_has_not_come_is_taken_back_for_nothing(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.is_paused("period_end")
    seen = resumption_of(pro)
    assert (seen.notes, seen.invoice, seen.due) == ((), None, 0)
