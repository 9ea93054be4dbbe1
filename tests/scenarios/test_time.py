"""Eighteen months are eighteen months, whichever way the clock is moved through them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from khata.db.stores.clocks import TestClock
from khata.usecases.due_work import do_round
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


def lived(world: World, moved: Callable[[World], None], *, sandbox: bool = False) -> Shop:
    """A shop with every sort of customer; after the first day nobody touches anything."""
    shop = world.shop(round_off="rupee")
    shop = world.sandbox_of(shop, "Years") if sandbox else shop
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
    """One jump, a step a day, and odd steps: the last in a sandbox, which lives no otherwise."""
    told = chronicle(lived(world, jump))
    assert [table for table, lines in told.items() if not lines] == []
    assert len(told["invoices"]) > 90
    for way, sandbox in ((day_by_day, False), (odd_steps, True)):
        history = chronicle(lived(World(world.engine), way, sandbox=sandbox))
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


def test_what_stops_the_clock_is_told_by_it_until_it_gets_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A month cannot be closed: the clock stands at its end and says why, and later arrives."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha, lost = shop.customer("Asha"), shop.customer("Lost")
    world.today_is("2025-01-10")
    pro, stuck = asha.subscribes_to("Pro"), lost.subscribes_to("Pro")
    shop.rows("update customers set state = null where id = %(id)s returning 1", id=lost.id)

    def close_month(*_: object, **__: object) -> int:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(do_round, "close_month", close_month)
    tools = world.engine.tools
    asked = AdvanceTestClock(shop.tenant, at("2025-03-12"))
    for _ in (1, 2):  # tried again, it is not better yet
        with pytest.raises(ZeroDivisionError):
            advance_test_clock(asked, tools=tools)
    clock = the_clock(shop)
    assert (clock.status, clock.frozen_time, clock.target_time) == (
        "advancing",
        at("2025-02-01", "00:00"),  # January is closed when it is over
        at("2025-03-12"),
    )
    assert clock.failure == "An unforeseen ZeroDivisionError; the operator's log has the rest"
    assert (pro.starts, shop.parked) == (["2025-01-10"], [])

    monkeypatch.undo()
    arrived = advance_test_clock(asked, tools=tools)
    assert (arrived.status, arrived.failure) == ("ready", None)
    assert arrived.frozen_time == at("2025-03-12")
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-03-10"]

    # What one customer's renewal refused did not stop time: it is parked, and made good later.
    assert [code for code, _ in shop.parked] == ["state_required"]
    assert stuck.starts == ["2025-01-10"]
    lost.moves_to("GA")
    shop.releases()
    world.wait_until("2025-03-13")
    assert (stuck.starts, shop.parked) == (pro.starts, [])


def the_clock(shop: Shop) -> TestClock:
    with shop.db.transaction(shop.tenant) as uow:
        clock = uow.clocks.get()
    assert clock is not None
    return clock
