"""Whoever lives in a test clock's time beside the engine, such as a pretend gateway."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from khata.usecases.tenants.advance_test_clock import AdvanceTestClock, advance_test_clock
from tests.scenarios.world import World, at, inr


@dataclass
class Neighbour:
    """Has plans at instants of its own, and notes to which instants it was brought."""

    tenant: UUID
    plans: list[datetime]
    seen: list[datetime] = field(default_factory=list)

    def next_at(self, tenant: UUID) -> datetime | None:
        assert tenant == self.tenant
        return min(self.plans, default=None)

    def come_to(self, tenant: UUID, at: datetime) -> None:
        assert tenant == self.tenant
        self.plans = [one for one in self.plans if one > at]
        self.seen.append(at)


def test_a_clock_meets_what_is_planned_beside_it_at_its_own_instant_and_in_order(
    world: World,
) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro")
    begin, until = world.now, at("2025-02-12")
    debit, after_renewal = begin + timedelta(hours=36, minutes=5), until - timedelta(minutes=1)
    beside = Neighbour(shop.tenant, [after_renewal, debit, until + timedelta(seconds=1)])
    tools = replace(world.engine.tools, beside=beside)

    advance_test_clock(AdvanceTestClock(shop.tenant, until), tools=tools)

    # It is brought to each of its own instants, to each of the engine's, and to where time stops.
    assert beside.plans == [until + timedelta(seconds=1)]
    assert beside.seen == sorted(beside.seen)
    assert {debit, after_renewal, until} <= set(beside.seen)
    assert beside.seen[-1] == until
    assert pro.starts == ["2025-01-10", "2025-02-10"]


def test_what_was_planned_before_the_clock_began_to_move_happens_now(world: World) -> None:
    shop = world.shop()
    world.today_is("2025-01-10")
    beside = Neighbour(shop.tenant, [world.now - timedelta(days=1)])
    tools = replace(world.engine.tools, beside=beside)
    begin, until = world.now, world.now + timedelta(hours=1)

    advance_test_clock(AdvanceTestClock(shop.tenant, until), tools=tools)

    assert beside.plans == []
    assert (beside.seen[0], beside.seen[-1]) == (begin, until)
