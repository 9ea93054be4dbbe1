"""Eighteen months are eighteen months, whichever way the clock is moved through them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from khata.usecases.tenants.advance_test_clock import (
    AdvanceTestClock,
    ClockAdvancing,
    advance_test_clock,
)
from khata.usecases.tenants.live_through import Journey, live_through
from tests.scenarios.chronicle import chronicle
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr, usd

BEGIN, END = at("2024-01-31"), at("2025-07-31")


def jump(world: World) -> None:
    world.wait_until(END)


def day_by_day(world: World) -> None:
    while world.now < END:
        world.wait_until(world.now + timedelta(days=1))


def odd_steps(world: World) -> None:
    """Steps of every size, some ending at the very instant at which things are due."""
    steps = [timedelta(hours=12), timedelta(minutes=7), timedelta(days=29), timedelta(days=61)]
    count = 0
    while world.now < END:
        world.wait_until(min(END, world.now + steps[count % len(steps)]))
        count += 1


def lived(world: World, moved: Callable[[World], None]) -> Shop:
    """A shop with every sort of customer; after the first day nobody touches anything."""
    shop = world.shop(round_off="rupee")
    shop.sells("Pro", at=[inr("999.99"), usd("99.99")])
    shop.sells("Yearly", at=inr("12,000.00"), every="year")
    shop.sells("Seats", at=inr("49.50"), by_the_seat=True, trial_days=10)
    shop.sells("Fortnight", at=inr("250.00"), every="2 weeks", tax_inside=True)
    asha = shop.customer("Asha")
    acme = shop.customer("Acme", country="US", state=None, currency="USD", zone="America/New_York")
    behind = shop.customer("Behind", state="Ladakh", card="tok_declined_twice")
    lost = shop.customer("Lost", state="Goa", card="tok_ok_then_declined_4")
    late = shop.customer("Late", card="tok_timeout", zone="Pacific/Auckland")
    waits = shop.customer("Waits", state="Delhi", card="tok_pending")
    nobody = shop.customer("Nobody", card=None)
    world.today_is(BEGIN)
    asha.subscribes_to("Pro")
    asha.subscribes_to("Yearly", anchor="2024-04-01")
    acme.subscribes_to("Pro", starts="2023-12-15")
    behind.subscribes_to("Fortnight")
    lost.subscribes_to("Seats", seats=[3])
    late.subscribes_to("Pro", starts="2024-02-29")
    waits.subscribes_to("Seats", seats=[7], trial_days=45).is_canceled()
    waits.subscribes_to("Yearly")
    nobody.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    moved(world)
    assert shop.parked == []
    assert shop.books_balance()
    return shop


def test_every_way_through_time_makes_the_same_history(world: World) -> None:
    told = chronicle(lived(world, jump))
    assert [table for table, lines in told.items() if not lines] == []
    assert len(told["invoices"]) > 90
    for way in (day_by_day, odd_steps):
        history = chronicle(lived(World(world.engine), way))
        for table, lines in told.items():
            assert history[table] == lines, f"{way.__name__}: {table}"


def test_time_that_was_broken_off_is_taken_up_again(world: World) -> None:
    """The clock was sent off and nobody lived through it yet: the sweep does."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro")
    until: datetime = at("2025-03-12")
    tools = world.engine.tools
    sent = advance_test_clock(AdvanceTestClock(shop.tenant, until, wait=False), tools=tools)
    assert (sent.status, sent.target_time, len(pro.starts)) == ("advancing", until, 1)
    due = shop.rows(
        "select advancing from tenants_with_due_work(%(at)s, 10000) where tenant_id = %(id)s",
        at=until,
        id=shop.tenant,
    )
    assert due == [(True,)]
    assert live_through(shop.tenant, tools=tools, most_rounds=1) is Journey.ON_ITS_WAY
    assert live_through(shop.tenant, tools=tools) is Journey.ARRIVED
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-03-10"]
    assert shop.rows("select status, frozen_time from test_clocks") == [("ready", until)]


def test_an_advance_that_was_broken_off_is_finished_by_who_asks_again(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro")
    shop.rows(
        "update test_clocks set status = 'advancing', target_time = '2025-03-12T06:30:00Z'"
        " returning 1"
    )
    tools = world.engine.tools
    with pytest.raises(ClockAdvancing, match="on its way to"):
        advance_test_clock(AdvanceTestClock(shop.tenant, at("2025-03-11")), tools=tools)
    arrived = advance_test_clock(AdvanceTestClock(shop.tenant, at("2025-04-12")), tools=tools)
    assert (arrived.status, arrived.frozen_time) == ("ready", at("2025-04-12"))
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-03-10", "2025-04-10"]
